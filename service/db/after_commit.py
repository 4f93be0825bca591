"""What an act wants done once what it did is on disk."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

Call = Callable[[], None]

_KEY = "foyer_after_commit"


def after_commit(session: Session, call: Call) -> None:
    """Have the store call it when the act is on disk, and not if it never is.

    :param call: must be quick and not raise; it may run in any thread.
    """
    session.info.setdefault(_KEY, []).append(call)


def calls_after_commit(session: Session) -> Sequence[Call]:
    """What is to be called."""
    calls: Sequence[Call] = session.info.get(_KEY, ())
    return calls
