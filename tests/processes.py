"""What tests ask the system about processes."""

from pathlib import Path


def is_alive(pid: int) -> bool:
    """True if this process runs; a dead one that nobody has waited for does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def descendants(pid: int) -> set[int]:
    """The process's children, their children, and so on."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = {int(child) for child in task.read_text().split()}
        except (FileNotFoundError, ProcessLookupError):
            continue
        found |= children
        for child in children:
            found |= descendants(child)
    return found
