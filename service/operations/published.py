"""What readers of a thread get: made once for each version of the thread, then bytes.

The fields of a comment that the public sees are listed here and nowhere else.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from threading import Lock
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment
from service.domain.errors import InvalidInput
from service.domain.ids import is_public_id
from service.domain.status import Status
from service.operations.sites import SiteView
from service.operations.threads import ThreadHead, thread_head

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000
MAX_CACHED_BYTES = 32 * 2**20
"""What one process keeps of published threads; the least recently used go first."""

ANONYMOUS = "Anonymous"
"""Shown for a writer without a name, and for one who was erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which part of a thread a reader asks for."""

    newest_first: bool = False
    limit: int = DEFAULT_LIMIT
    """How many comments on the page itself, 1-1,000; replies come with them."""
    after: str = ""
    """Public id of the last comment of the window before."""


@dataclass(frozen=True, slots=True)
class Rendition:
    """An answer as it goes over the wire."""

    body: bytes
    etag: str


def etag_of(body: bytes) -> str:
    """An entity tag that is equal for equal bytes."""
    return blake2b(body, digest_size=12).hexdigest()


def rendition(value: Any) -> Rendition:
    """``value`` as JSON bytes, with an entity tag that is equal for equal bytes."""
    return rendition_of(orjson.dumps(value))


def rendition_of(body: bytes) -> Rendition:
    """These bytes, with an entity tag that is equal for equal ones."""
    return Rendition(body, etag_of(body))


def utc_text(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC to the second, ending in ``Z``; None stays None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def public_comment(comment: Comment, parent: str | None) -> dict[str, Any]:
    """What anybody may see of a comment that is published, or was.

    :param parent: public id of the comment it answers.
    """
    if comment.status != Status.PUBLISHED:
        return {"id": comment.public_id, "parent": parent, "removed": True}
    return {
        "id": comment.public_id,
        "parent": parent,
        "name": comment.name or ANONYMOUS,
        "website": comment.website,
        "html": comment.html or "",
        "published_at": utc_text(comment.published_at),
        "edited_at": utc_text(comment.edited_at),
        "by_moderator": comment.by_moderator,
    }


def _cursor(session: Session, thread_id: int, after: str) -> int:
    found = session.execute(
        select(Comment.id).where(
            Comment.public_id == after,
            Comment.thread_id == thread_id,
            Comment.parent_id.is_(None),
        )
    ).scalar_one_or_none()
    if found is None:
        raise InvalidInput(
            {"after": ["No such comment here; take the value of 'next' as it came."]}
        )
    return found


def _roots(session: Session, thread_id: int, window: Window) -> list[Comment]:
    """Comments on the page itself that are published, or on which published ones hang.

    One more than the window holds, so that the caller sees whether more follow.
    """
    last = _cursor(session, thread_id, window.after) if window.after else None
    # Two questions that an index answers without the comments that nobody sees: a
    # flood of spam may be a hundred times as many.
    found: set[int] = set()
    for number, in_place in (
        (Comment.id, Comment.root_id.is_(None)),
        (Comment.root_id, Comment.root_id.is_not(None)),
    ):
        query = (
            select(number)
            .distinct()
            .where(
                Comment.thread_id == thread_id,
                Comment.status == Status.PUBLISHED.value,
                in_place,
            )
        )
        if last is not None:
            query = query.where(number < last if window.newest_first else number > last)
        order = number.desc() if window.newest_first else number
        found.update(session.scalars(query.order_by(order).limit(window.limit + 1)))
    wanted = sorted(found, reverse=window.newest_first)[: window.limit + 1]
    by_id = {
        c.id: c for c in session.scalars(select(Comment).where(Comment.id.in_(wanted)))
    }
    return [by_id[number] for number in wanted]


def _replies(session: Session, roots: Iterable[Comment]) -> list[Comment]:
    ids = [root.id for root in roots]
    if not ids:
        return []
    query = select(Comment).where(Comment.root_id.in_(ids)).order_by(Comment.id)
    return list(session.scalars(query))


def _visible(roots: Sequence[Comment], replies: Sequence[Comment]) -> list[Comment]:
    """Published comments, and the removed ones that published replies hang on."""
    by_id = {c.id: c for c in (*roots, *replies)}
    wanted: set[int] = set()
    for comment in by_id.values():
        if comment.status != Status.PUBLISHED:
            continue
        at: Comment | None = comment
        while at is not None and at.id not in wanted:
            wanted.add(at.id)
            at = by_id.get(at.parent_id) if at.parent_id else None
    return [c for c in by_id.values() if c.id in wanted]


def thread_value(session: Session, head: ThreadHead, window: Window) -> dict[str, Any]:
    """The published thread as JSON values; comments in reading order of their roots.

    :raises InvalidInput: naming ``after``, if it is no comment of this thread.
    """
    roots: list[Comment] = []
    if head.id is not None:
        roots = _roots(session, head.id, window)
    more = len(roots) > window.limit
    roots = roots[: window.limit]
    shown = _visible(roots, _replies(session, roots))
    public_ids = {c.id: c.public_id for c in shown}
    return {
        "page": head.page,
        "title": head.title,
        "open": head.open,
        "count": head.count,
        "comments": [
            public_comment(c, public_ids.get(c.parent_id or 0)) for c in shown
        ],
        "next": roots[-1].public_id if more else None,
    }


def published_comment(
    session: Session, head: ThreadHead, public_id: str
) -> dict[str, Any] | None:
    """A comment of the thread as readers get it; None if none such is published."""
    if head.id is None or not is_public_id(public_id):
        return None
    found = session.execute(
        select(Comment).where(
            Comment.public_id == public_id,
            Comment.thread_id == head.id,
            Comment.status == Status.PUBLISHED.value,
        )
    ).scalar_one_or_none()
    return public_comment(found, None) if found is not None else None


class PublishedThreads:
    """Answers kept per version of a thread, bounded by bytes.

    :param max_bytes: how much is kept.
    """

    def __init__(self, max_bytes: int = MAX_CACHED_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[Any, ...], Rendition] = OrderedDict()
        self._lock = Lock()

    def _get(self, key: tuple[Any, ...]) -> Rendition | None:
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def _put(self, key: tuple[Any, ...], made: Rendition) -> None:
        with self._lock:
            if key in self._kept or len(made.body) > self._max_bytes:
                return
            self._kept[key] = made
            self._bytes += len(made.body)
            while self._bytes > self._max_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped.body)

    def answer(
        self, session: Session, site: SiteView, page: str, window: Window, now: datetime
    ) -> tuple[ThreadHead, Rendition]:
        """The answer for this page and window; made only if its version is new here.

        :raises InvalidInput: naming ``page`` or ``after``.
        """
        head = thread_head(session, site, page, now)
        made = self.kept(
            head, window, lambda: orjson.dumps(thread_value(session, head, window))
        )
        return head, made

    def kept(
        self, head: ThreadHead, what: Hashable, make: Callable[[], bytes]
    ) -> Rendition:
        """What is made of a thread, made only if the thread's version is new here.

        :param what: everything else that tells what is made from what else is.
        """
        # A page without a thread has no version, and costs nothing to answer.
        if head.id is None:
            return rendition_of(make())
        key = (head.id, head.version, head.open, what)
        found = self._get(key)
        if found is None:
            found = rendition_of(make())
            self._put(key, found)
        return found
