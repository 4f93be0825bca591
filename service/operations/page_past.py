"""What is known of pages, and of the site as a whole, when comments are checked."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, func, select
from sqlalchemy.orm import Session

from service.db.models import Comment, Thread
from service.domain.checking import Page
from service.domain.status import Status
from service.operations.questions import IS_DECIDED

SAMPLES = 3
"""Published comments of a page that are looked at: enough to see what is written."""
SAMPLE_CHARS = 400
COUNTED_TO = 20
"""Beyond so many published comments a site is no longer young."""

_C: Any = Comment.__table__
_T: Any = Thread.__table__


def _sample(place: int) -> ScalarSelect[Any]:
    # A subquery for each: a join cannot limit what it looks at for every page.
    other = _C.alias()
    return (
        select(func.substr(other.c.text, 1, SAMPLE_CHARS))
        .where(other.c.thread_id == _T.c.id, other.c.status == Status.PUBLISHED.value)
        .order_by(other.c.root_id, other.c.id)
        .limit(1)
        .offset(place)
        .scalar_subquery()
    )


_PAGES = select(
    _T.c.id, _T.c.title, *(_sample(n).label(f"text_{n}") for n in range(SAMPLES))
).where(_T.c.id.in_(bindparam("ids", expanding=True)))
_FIRST = (
    select(_C.c.id, _C.c.published_at, IS_DECIDED.label("is_decided"))
    .where(_C.c.site_id == bindparam("site_id"), _C.c.status == Status.PUBLISHED.value)
    .order_by(_C.c.id)
    .limit(COUNTED_TO)
)


def pages_of(session: Session, thread_ids: Iterable[int]) -> dict[int, Page]:
    """What is known of each page, by row number of its thread."""
    rows = session.connection().execute(_PAGES, {"ids": sorted(set(thread_ids))})
    return {
        number: Page(title=title, texts=tuple(filter(None, texts)))
        for number, title, *texts in rows
    }


def first_published(session: Session, site_id: int) -> Sequence[Any]:
    """When the first 20 published comments of the site were published, and if decided.

    Of rows with ``id``, ``published_at`` and ``is_decided``.
    """
    return session.connection().execute(_FIRST, {"site_id": site_id}).all()
