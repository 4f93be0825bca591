"""Comments of a site by their row numbers, in lists of which any page can be asked for.

The numbers are those that clients made for WordPress know comments by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, union_all
from sqlalchemy.orm import Session

from service.db.models import Comment, Contact, Thread
from service.db.word_table import WordTable
from service.domain.status import Status
from service.operations.listing import sealed_address
from service.operations.post_numbers import posts_of_pages, threads_of_posts
from service.privacy.address import BadAddress, parse_address
from service.privacy.keyring import Keyring
from service.text.search_words import search_terms

MOST = 100_000
"""Comments that a list counts, and can be asked for."""
MOST_SIFTED = 1_000
"""Of the site's comments, so many of each state are looked at for those that answer
others, or do not: the newest, or the oldest where those are asked for first."""
MOST_FOUND = 2_000
"""Of the comments with certain words, the newest so many are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which comments are asked for."""

    statuses: Sequence[Status] = (Status.PUBLISHED,)
    posts: Sequence[int] = ()
    """Numbers of posts; empty for all."""
    parents: Sequence[int] = ()
    """Row numbers of comments that are answered, 0 for the page itself."""
    not_parents: Sequence[int] = ()
    ids: Sequence[int] = ()
    not_ids: Sequence[int] = ()
    after: datetime | None = None
    before: datetime | None = None
    words: str = ""
    by: str = "id"
    """``id``, ``post``, ``parent``, or ``include`` for the order of ``ids``."""
    newest_first: bool = True
    offset: int = 0
    limit: int = 10


@dataclass(frozen=True, slots=True)
class Numbered:
    """A comment, and what it is called by numbers."""

    comment: Comment
    page: str
    post: int


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list."""

    comments: Sequence[Numbered]
    total: int
    """How many the whole list has, of those that are looked at."""


def list_comments(session: Session, site_id: int, asked: Asked) -> Listed:
    """The comments that are asked for."""
    among = _among(session, site_id, asked)
    if among is not None:
        where = [*among, *_parents(asked, Comment.parent_id), *_others(asked)]
        counted = select(Comment.id).where(*where)
    elif _sifts(asked):
        where = [Comment.id.in_(session.scalars(_sifted(site_id, asked)).all())]
        counted = select(Comment.id).where(*where)
    else:
        where = _page_of_states(site_id, asked)
        counted = _of_states(site_id, asked, MOST)
    total = session.execute(
        select(func.count()).select_from(counted.subquery())
    ).scalar_one()
    rows = session.scalars(
        select(Comment)
        .where(*where)
        .order_by(*_order(asked))
        .offset(asked.offset)
        .limit(asked.limit)
    )
    return Listed(numbered(session, site_id, list(rows)), total)


def _among(
    session: Session, site_id: int, asked: Asked
) -> list[ColumnElement[bool]] | None:
    """What leaves few comments of the site to look at; None if nothing does."""
    where = list[ColumnElement[bool]]()
    if asked.ids:
        where.append(Comment.id.in_(asked.ids))
    if asked.words:
        where.append(Comment.id.in_(_with_words(session, site_id, asked.words)))
    threads = _threads(session, site_id, asked)
    if threads is not None:
        where.append(Comment.thread_id.in_(threads))
    elif where:
        # Threads are the site's; named beside them, it might be read instead of them.
        where.append(Comment.site_id == site_id)
    states = [status.value for status in asked.statuses]
    return [*where, Comment.status.in_(states)] if where else None


def _threads(session: Session, site_id: int, asked: Asked) -> Sequence[int] | None:
    """Row numbers of the threads that have all that is asked for; None for any."""
    if asked.posts:
        return threads_of_posts(session, site_id, asked.posts)
    if asked.parents and 0 not in asked.parents:
        # An answer is on the page of what it answers.
        return session.scalars(
            select(Comment.thread_id)
            .where(Comment.id.in_(asked.parents), Comment.site_id == site_id)
            .distinct()
        ).all()
    return None


def _sifts(asked: Asked) -> bool:
    """True for what the index of a site's states cannot tell."""
    return bool(asked.parents or asked.not_parents) or asked.by in {"post", "parent"}


def _sifted(site_id: int, asked: Asked) -> Select[Any]:
    """Row numbers of those that answer what they shall, of the site's newest."""
    looked_at = _of_states(site_id, asked, MOST_SIFTED, Comment.parent_id).subquery()
    return select(looked_at.c.id).where(*_parents(asked, looked_at.c.parent_id))


def _of_states(site_id: int, asked: Asked, most: int, *more: Any) -> Select[Any]:
    """Row numbers of the site's comments in the states, from the end asked for.

    :param most: so many of each state.
    :param more: other columns; those of the index of states cost little.
    """
    column = Comment.id.desc() if asked.newest_first else Comment.id
    each = [
        select(Comment.id, *more)
        .where(*_of_state(site_id, asked, status))
        .order_by(column)
        .limit(most)
        for status in asked.statuses
    ]
    if len(each) == 1:
        return each[0]
    return select(union_all(*(select(part.subquery()) for part in each)).subquery())


def _page_of_states(site_id: int, asked: Asked) -> list[ColumnElement[bool]]:
    """What holds for the comments to the end of the page, and perhaps for later ones.

    Those of one state come from their index in order; several would be sorted first.
    """
    if len(asked.statuses) == 1:
        return _of_state(site_id, asked, asked.statuses[0])
    return [Comment.id.in_(_of_states(site_id, asked, asked.offset + asked.limit))]


def _of_state(site_id: int, asked: Asked, status: Status) -> list[ColumnElement[bool]]:
    here = [Comment.site_id == site_id, Comment.status == status.value]
    return [*here, *_others(asked)]


def _parents(asked: Asked, parent: Any) -> list[ColumnElement[bool]]:
    # Not by coalesce: no index has that.
    found = list[ColumnElement[bool]]()
    if asked.parents:
        answered = [number for number in asked.parents if number]
        either = [parent.in_(answered)] if answered else []
        if 0 in asked.parents:
            either.append(parent.is_(None))
        found.append(or_(*either))
    if asked.not_parents:
        answers = parent.not_in([number for number in asked.not_parents if number])
        if 0 in asked.not_parents:
            found += [parent.is_not(None), answers]
        else:
            found.append(or_(parent.is_(None), answers))
    return found


def _others(asked: Asked) -> list[ColumnElement[bool]]:
    found = list[ColumnElement[bool]]()
    if asked.not_ids:
        found.append(Comment.id.not_in(asked.not_ids))
    if asked.after is not None:
        found.append(Comment.created_at > asked.after)
    if asked.before is not None:
        found.append(Comment.created_at < asked.before)
    return found


def _with_words(session: Session, site_id: int, text: str) -> Sequence[int]:
    """Row numbers of the newest comments that have all these words."""
    words = WordTable(session.connection())
    terms = search_terms(text)
    if not terms:
        return []
    found = session.scalars(
        select(words.id)
        .select_from(words.source)
        .where(words.holds(terms, [site_id]))
        .order_by(words.id.desc())
        .limit(MOST_FOUND)
    )
    return list(found)


def _order(asked: Asked) -> list[Any]:
    columns: dict[str, list[Any]] = {
        "post": [Comment.thread_id, Comment.id],
        "parent": [func.coalesce(Comment.parent_id, 0), Comment.id],
    }
    if asked.by == "include" and asked.ids:
        # In the order in which they were given, whatever the direction.
        places = {number: place for place, number in enumerate(asked.ids)}
        return [case(places, value=Comment.id)]
    wanted = columns.get(asked.by, [Comment.id])
    return [column.desc() if asked.newest_first else column for column in wanted]


def numbered(
    session: Session, site_id: int, comments: Sequence[Comment]
) -> list[Numbered]:
    """These comments of the site with the numbers of their posts."""
    threads = {comment.thread_id for comment in comments}
    rows = session.execute(select(Thread.id, Thread.page).where(Thread.id.in_(threads)))
    pages = {row.id: row.page for row in rows}
    posts = posts_of_pages(session, site_id, pages)
    return [
        Numbered(comment, pages[comment.thread_id], posts[comment.thread_id])
        for comment in comments
    ]


def comment_by_number(session: Session, site_id: int, number: int) -> Numbered | None:
    """The site's comment with this number, in whichever state; None if it has none."""
    found = session.get(Comment, number)
    if found is None or found.site_id != site_id:
        return None
    return numbered(session, site_id, [found])[0]


def published_id(session: Session, site_id: int, number: int) -> str | None:
    """Public id of the published comment with this number; None if there is none."""
    return session.execute(
        select(Comment.public_id).where(
            Comment.id == number,
            Comment.site_id == site_id,
            Comment.status == Status.PUBLISHED.value,
        )
    ).scalar_one_or_none()


def masked_addresses(
    session: Session, keyring: Keyring, comments: Sequence[Comment]
) -> dict[int, str]:
    """The writers' addresses as moderators see them, by row number of the comment."""
    ids = [comment.id for comment in comments]
    contacts = {
        contact.comment_id: contact
        for contact in session.scalars(
            select(Contact).where(Contact.comment_id.in_(ids))
        )
    }
    return {
        comment.id: _masked(sealed_address(keyring, comment, contacts.get(comment.id)))
        for comment in comments
    }


def _masked(address: str) -> str:
    try:
        return parse_address(address).masked if address else ""
    except BadAddress:
        return ""
