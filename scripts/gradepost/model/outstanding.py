"""What is lacking of what a centre offers, as pages, letters and commands tell it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outstanding:
    """One centre's qualification and kind of component: how many components there are, are scheduled, are graded, and
    whether the grades that stand are declared."""

    centre: str
    qualification: str
    kind: str
    components: int
    scheduled: int
    graded: int
    declared: bool

    @property
    def is_whole(self) -> bool:
        """Whether nothing is outstanding."""
        return self.scheduled == self.graded == self.components and self.declared

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is lacking, by the row of deadlines that it is held to: `schedule`, `tags`."""
        return (
            *(("schedule",) if self.scheduled < self.components else ()),
            *(("tags",) if self.graded < self.components or not self.declared else ()),
        )
