"""Comments by their numbers, for clients that know nothing of public ids.

What strangers see of a comment is what `service.operations.published` shows: published
ones only, and the place of a removed one while published answers hang on it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, Revision, Thread
from service.domain.errors import Unknown
from service.domain.revisions import WAITING
from service.domain.status import Status
from service.operations.newest import last_published
from service.operations.published import MAX_LIMIT

MAX_COMMENTS = 1000
"""How many one part of a thread holds, replies included."""
MAX_NUMBER = 2**63 - 1
_MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenComment:
    """What readers see of one comment."""

    number: int
    parent: int | None
    """The comment on the page itself under which it hangs; None for such a one."""
    public_id: str
    is_removed: bool = False
    """Nothing but its place is left."""
    name: str = ""
    website: str = ""
    html: str = ""
    text: str = ""
    by_moderator: bool = False
    published_at: datetime
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A comment on the page itself, with what hangs on it in one level."""

    comment: SeenComment
    replies: Sequence[SeenComment]
    total: int
    """How many replies there are; more than are here if some were not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Which part of a thread is asked for."""

    newest_first: bool = False
    limit: int = MAX_LIMIT
    nested_limit: int = MAX_LIMIT
    offset: int = 0
    after: datetime | None = None
    """Only what was published later."""
    parent: int | None = None
    """Only the replies to this comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedThread:
    """A part of a thread."""

    branches: Sequence[Branch]
    total: int
    """All comments of the thread, or of the branch that was asked for."""
    hidden: int
    """How many come behind the last one that is here."""


def numbered_thread(
    session: Session, thread_id: int | None, part: Slice
) -> NumberedThread:
    """A part of a published thread; an empty one where there is no thread.

    It ends after `MAX_COMMENTS`; what is behind is counted as what was not asked for.
    """
    roots, replies = _places(session, thread_id, part.after)
    wanted = sorted(roots) if part.parent is None else replies[part.parent]
    total = len(wanted)
    if part.parent is None:
        total += sum(len(replies[root]) for root in roots)
    if part.newest_first:
        wanted = wanted[::-1]
    chosen = wanted[part.offset : part.offset + part.limit]
    below = {
        number: [] if part.parent is not None else replies[number] for number in chosen
    }
    shown: dict[int, list[int]] = {}
    room = MAX_COMMENTS
    for number, some in below.items():
        if room == 0:
            break
        most = min(part.nested_limit, room - 1)
        shown[number] = (some[::-1] if part.newest_first else some)[:most]
        room -= 1 + len(shown[number])
    rows = _rows(session, [*shown, *(n for some in shown.values() for n in some)])
    return NumberedThread(
        branches=[
            Branch(
                comment=rows[number],
                replies=[rows[reply] for reply in shown[number] if reply in rows],
                total=len(below[number]),
            )
            for number in shown
            if number in rows
        ],
        total=total,
        hidden=max(0, len(wanted) - part.offset - len(shown)),
    )


def _places(
    session: Session, thread_id: int | None, after: datetime | None
) -> tuple[set[int], defaultdict[int, list[int]]]:
    """Numbers of comments on the page itself, and of replies by these, in order."""
    roots: set[int] = set()
    replies: defaultdict[int, list[int]] = defaultdict(list)
    if thread_id is None:
        return roots, replies
    # One index holds all that is asked for.
    query = select(Comment.id, Comment.root_id).where(
        Comment.thread_id == thread_id, Comment.status == Status.PUBLISHED.value
    )
    if after is not None:
        query = query.where(Comment.published_at > after)
    for number, root in session.execute(query):
        if root is None:
            roots.add(number)
        else:
            replies[root].append(number)
    if after is None:
        # Published replies hold the place of what they hang on.
        roots.update(replies)
    for some in replies.values():
        some.sort()
    return roots, replies


def _rows(session: Session, numbers: Sequence[int]) -> dict[int, SeenComment]:
    found: dict[int, SeenComment] = {}
    for start in range(0, len(numbers), _MOST_AT_ONCE):
        query = select(Comment).where(
            Comment.id.in_(numbers[start : start + _MOST_AT_ONCE])
        )
        found |= {row.id: _seen(row) for row in session.scalars(query)}
    return found


def _seen(row: Comment) -> SeenComment:
    published_at = row.published_at or row.created_at
    if row.status != Status.PUBLISHED:
        return SeenComment(
            number=row.id,
            parent=row.root_id,
            public_id=row.public_id,
            is_removed=True,
            published_at=published_at,
        )
    return SeenComment(
        number=row.id,
        parent=row.root_id,
        public_id=row.public_id,
        name=row.name,
        website=row.website,
        html=row.html or "",
        text=row.text,
        by_moderator=row.by_moderator,
        published_at=published_at,
        edited_at=row.edited_at,
    )


def newest(
    session: Session, site_id: int, limit: int, *, thread_id: int | None = None
) -> list[tuple[SeenComment, str]]:
    """The newest published comments of a site or a thread, each with its page."""
    query = last_published(
        select(Comment, Thread.page), site_id, limit, thread_id=thread_id
    )
    rows = session.execute(query)
    return [(_seen(comment), page) for comment, page in rows]


def comment_numbered(session: Session, site_id: int, number: int) -> Comment:
    """The comment with this number, whatever its state: no stranger may see it.

    :raises Unknown: if there is none on this site.
    """
    # Larger ones no database can even be asked for.
    found = session.get(Comment, number) if abs(number) <= MAX_NUMBER else None
    if found is None or found.site_id != site_id:
        raise Unknown("There is no such comment.")
    return found


def waiting_text(session: Session, comment: Comment) -> str | None:
    """The text of an edit that still waits for its checks; None if none does."""
    return session.execute(
        select(Revision.text)
        .where(Revision.comment_id == comment.id, Revision.state == WAITING)
        .order_by(Revision.number.desc())
        .limit(1)
    ).scalar_one_or_none()


def has_published_replies(session: Session, comment: Comment) -> bool:
    """True if readers see answers that hang on the comment."""
    roots: Iterable[int] = session.scalars(
        select(Comment.id)
        .where(Comment.root_id == comment.id, Comment.status == Status.PUBLISHED.value)
        .limit(1)
    )
    return any(True for _ in roots)
