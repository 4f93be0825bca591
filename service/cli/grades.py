"""What `foyer doctor` says of each thing that it looks at."""

from enum import StrEnum


class Grade(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    """Works, but not as it should."""
    FAIL = "FAIL"
    """Does not work, or is not safe."""


Finding = tuple[Grade, str]
