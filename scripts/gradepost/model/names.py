"""How names of entries and headers are compared, whoever has typed them."""

import unicodedata

_KEPT = "+*"


def fold(text: str) -> str:
    """Letters and digits without case, and `+` and `*`; spaces, hyphens and other punctuation do not count."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isalnum() or c in _KEPT)
