"""A moderator answers a comment, in the name of the site."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.models import Comment, Thread
from service.db.upsert import insert_row
from service.domain.errors import Conflict
from service.domain.status import Actor, Status
from service.domain.submission import Arrival, Submission
from service.operations.acting import comment_to_act_on
from service.operations.day_tallies import tally_new
from service.operations.decide import Decided, decide
from service.operations.judge import remember
from service.operations.moderators import ModeratorView
from service.operations.move import move
from service.operations.rendering import lay_out
from service.operations.sites import site_by_id
from service.operations.submit import comment_row, fingerprint, place_below
from service.operations.word_index import index_words
from service.privacy.keyring import Keyring
from service.privacy.tokens import public_id as new_public_id
from service.text.reading import read

_ANSWERABLE = {Status.PUBLISHED, Status.HELD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an answer led to."""

    public_id: str
    """Of the answer."""
    published: Decided | None
    """The decision on the comment that it answers; None if that was published."""


def answer(  # noqa: PLR0913  # the doors, who, what, how, and when
    session: Session,
    keyring: Keyring,
    moderator: ModeratorView,
    public_id: str,
    *,
    text: str,
    seen_version: int,
    now: datetime,
) -> Answer:
    """Publish an answer by the moderator, and the comment it answers if that waits.

    The same answer again is the first one: nobody answers twice by a second click. A
    page that takes no more comments takes those of its moderators.

    :param public_id: of the comment to be answered.
    :param text: clean, 1 to 10,000 characters.
    :param seen_version: version of that comment that the moderator saw; it counts only
        while the comment waits.
    :raises Unknown: if the comment is not on one of the moderator's sites.
    :raises Forbidden: if the moderator may only look there.
    :raises StaleComment: if it waits, and was moved or edited since.
    :raises Conflict: if it is neither published nor waits for a moderator.
    """
    answered = comment_to_act_on(session, moderator, public_id)
    if answered.status not in _ANSWERABLE:
        raise Conflict("Only what is published, or waits for you, can be answered.")
    published = None
    if answered.status == Status.HELD:
        published = decide(
            session,
            moderator,
            public_id,
            seen_version=seen_version,
            decision=Status.PUBLISHED,
            now=now,
        )
    # Both are one decision, which is taken back as one.
    batch = (published.batch if published else "") or new_public_id()
    made = _stored(session, keyring, moderator, answered, text, batch, now)
    return Answer(public_id=made.public_id, published=published)


def _stored(  # noqa: PLR0913, PLR0917  # each is a part of the answer
    session: Session,
    keyring: Keyring,
    moderator: ModeratorView,
    answered: Comment,
    text: str,
    batch: str,
    now: datetime,
) -> Comment:
    """The answer, published, whether it is new or was there before."""
    site = site_by_id(session, answered.site_id)
    page = session.get_one(Thread, answered.thread_id).page
    said = Submission(
        page=page, text=text, name=moderator.name, email="", parent=answered.public_id
    )
    mark = fingerprint(keyring, site.id, said, f"moderator {moderator.id}")
    row = comment_row(
        new_public_id(), site, said, Arrival(client_ip=""), mark, proven=False, now=now
    )
    row |= place_below(session, site, answered).columns()
    # No check need look, so that it waits for nobody but the move below.
    row |= {"status": Status.HELD.value, "by_moderator": True}
    unique = ("site_id", "fingerprint")
    row_id = insert_row(session, Comment, row, unique=unique, returning=Comment.id)
    if row_id is None:
        same = Comment.site_id == site.id, Comment.fingerprint == mark
        made = session.scalars(select(Comment).where(*same)).one()
    else:
        made = session.get_one(Comment, row_id)
        _show(session, made)
        tally_new(session, site.id, Status.HELD, now)
    if made.status == Status.PUBLISHED:
        return made
    move(
        session,
        made,
        Status.PUBLISHED,
        actor=Actor.MODERATOR,
        moderator_id=moderator.id,
        reason="A moderator's answer.",
        batch=batch,
        now=now,
    )
    return made


def _show(session: Session, made: Comment) -> None:
    """What checks would have stored of it."""
    lay_out(made)
    reading = read(name=made.name, website="", text=made.text)
    made.normal_hash = reading.normal_hash
    made.group_key = reading.group_key[:300]
    session.flush()
    remember(session, [(made, reading)])
    session.flush()
    index_words(session, [made.id])
