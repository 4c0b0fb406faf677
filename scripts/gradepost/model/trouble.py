"""The kinds of trouble that are raised. What a submitter can put right is never raised: it is a finding."""


class ConfigurationError(Exception):
    """A file or setting of our own is wrong. Found at start-up; exit code 2."""


class WorldError(Exception):
    """Something outside failed: a forge, a disk, a network. Worth another try; HTTP 503, exit code 3."""


class ForgeError(WorldError):
    """The forge did not do as asked."""


class Moved(ForgeError):
    """A branch stands elsewhere than the caller had seen: look again, then decide again."""


class StoreError(WorldError):
    """The inbox could not store: nothing was received."""
