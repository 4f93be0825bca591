"""Take a person out of comments: whatever could tell who wrote them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from service.db.models import (
    Base,
    Comment,
    CommentBand,
    CommentHost,
    Contact,
    FindingRow,
    Idempotency,
    ListEntry,
    Revision,
    Ticket,
)
from service.domain.findings import MODEL
from service.domain.outside import CUSTOM
from service.domain.revisions import REFUSED, WAITING
from service.domain.status import Status
from service.operations.floods import leave_floods
from service.operations.list_rows import touch_lists
from service.operations.move import touch_thread
from service.operations.outside.inquiries import blank_inquiries
from service.operations.word_index import index_words
from service.text.hosts import host_of

BATCH = 500
"""Comments that are erased by one set of statements."""
ERASED = "(erased)"
"""What stands where a finding quoted something."""
ERASED_ENTRY = "erased"
"""What a list shows where an erased person's address was."""

_CONTACT: dict[str, Any] = {
    "email_sealed": None,
    "email_index": None,
    "network_index": None,
    "ip_sealed": None,
    "agent_sealed": None,
    "origin_until": None,
}
_PERSON: dict[str, Any] = {
    "name": "",
    "website": "",
    "notify": False,
    "fingerprint": None,
    "group_key": "",
    "audit": False,
    # So that checks under way, and decisions on the page as it was, do not count.
    "version": Comment.version + 1,
}
_TEXT: dict[str, Any] = {"text": "", "html": "", "normal_hash": ""}


def erase_comments(
    session: Session, comment_ids: Sequence[int], *, with_text: bool, now: datetime
) -> int:
    """Erase the writer from these comments, and their text if asked to.

    Their status and place in the thread stay, so that answers keep theirs. Readers of
    published ones are told. Texts of edits go in any case, and edits that wait for
    their checks are refused.

    :returns: how many comments there were.
    """
    ids = sorted(set(comment_ids))
    done = 0
    for start in range(0, len(ids), BATCH):
        done += _erase_batch(session, ids[start : start + BATCH], with_text, now)
    return done


def blank_entries(session: Session, which: ColumnElement[bool]) -> bool:
    """Make listed addresses unreadable; False if there was none that could be read."""
    sites = session.scalars(
        update(ListEntry)
        .where(which, ListEntry.shown != ERASED_ENTRY)
        .values(shown=ERASED_ENTRY, address_sealed=None)
        .returning(ListEntry.site_id)
        .execution_options(synchronize_session=False)
    ).all()
    for site_id in sorted(set(sites)):
        touch_lists(session, site_id)
    return bool(sites)


def _erase_batch(
    session: Session, ids: list[int], with_text: bool, now: datetime
) -> int:
    # Locked first, so that nothing is judged or moved in between.
    found = session.execute(
        select(Comment.id, Comment.thread_id, Comment.status)
        .where(Comment.id.in_(ids))
        .order_by(Comment.id)
        .with_for_update()
    ).all()
    leave_floods(session, ids)
    _erase_findings(session, ids, with_text)
    blank_inquiries(session, ids)
    _update(session, Contact, Contact.comment_id.in_(ids), _CONTACT)
    _update(
        session,
        Comment,
        Comment.id.in_(ids),
        _PERSON | {"erased_at": now} | (_TEXT if with_text else {}),
    )
    _erase_revisions(session, ids)
    for model in (CommentHost, Ticket, Idempotency):
        _delete(session, model, model.comment_id.in_(ids))
    if with_text:
        _delete(session, CommentBand, CommentBand.comment_id.in_(ids))
    index_words(session, ids)
    seen = {row.thread_id for row in found if row.status == Status.PUBLISHED}
    for thread_id in sorted(seen):
        touch_thread(session, thread_id)
    return len(found)


def _update(session: Session, model: type[Base], which: Any, values: Any) -> None:
    # What the session has loaded of these rows is read anew.
    session.execute(
        update(model)
        .where(which)
        .values(**values)
        .execution_options(synchronize_session="fetch")
    )


def _delete(session: Session, model: type[Base], which: Any) -> None:
    session.execute(
        delete(model).where(which).execution_options(synchronize_session="fetch")
    )


def _erase_revisions(session: Session, ids: list[int]) -> None:
    mine = Revision.comment_id.in_(ids)
    _update(session, Revision, mine & (Revision.state == WAITING), {"state": REFUSED})
    _update(session, Revision, mine, {"text": ""})


def _erase_findings(session: Session, ids: list[int], with_text: bool) -> None:
    """Drop the evidence, and quotes from the reasons.

    Of the person reasons quote the website's host at most, but for the model's, which
    may quote any word of the name, and those of a service outside, which may quote
    anything; with the text, all that they may quote of it goes.
    """
    mine = FindingRow.comment_id.in_(ids)
    quotes = FindingRow.check.in_((MODEL, CUSTOM))
    _update(session, FindingRow, mine & quotes, {"reason": ERASED})
    if with_text:
        _update(session, FindingRow, mine, {"detail": {}, "reason": ERASED})
        return
    _update(session, FindingRow, mine, {"detail": {}})
    quoting = session.execute(
        select(FindingRow, Comment.website)
        .join(Comment, Comment.id == FindingRow.comment_id)
        .where(mine, Comment.website != "")
    )
    for finding, website in quoting:
        host = host_of(website)
        if host:
            finding.reason = finding.reason.replace(host, ERASED)[:500]
    session.flush()
