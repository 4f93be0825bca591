"""What a writer may do with an own comment: see it, edit it, take it back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from service.db.models import Comment, Job, Revision
from service.domain.errors import Conflict, EditWindowClosed, Unknown
from service.domain.revisions import REFUSED, WAITING
from service.domain.status import Actor, Status, told_to_writer
from service.jobs import Kind
from service.operations.move import move
from service.operations.owe import owe
from service.operations.sites import SiteView


def own_comment(session: Session, site_id: int, public_id: str) -> Comment:
    """The comment; the caller has proven by its edit token to be its writer.

    :raises Unknown: if there is none on this site.
    """
    found = session.execute(
        select(Comment).where(
            Comment.public_id == public_id, Comment.site_id == site_id
        )
    ).scalar_one_or_none()
    if found is None:
        raise Unknown("There is no such comment.")
    return found


def told(comment: Comment) -> str:
    """The word its writer is told; see `service.domain.status.told_to_writer`."""
    is_spam, is_erased = comment.status == Status.SPAM, comment.erased_at is not None
    if is_spam and comment.fingerprint is None and not is_erased:
        # Taken back, though it stays where it was: see `take_back`.
        return "removed"
    return told_to_writer(Status(comment.status))


def editable_until(site: SiteView, comment: Comment) -> datetime:
    """The end of the time in which the writer may edit or take back the comment."""
    return comment.created_at + timedelta(seconds=site.policy.edit_seconds)


def _check_window(site: SiteView, comment: Comment, now: datetime) -> None:
    if now >= editable_until(site, comment):
        raise EditWindowClosed("The time to change this comment is over.")


def last_edit(session: Session, comment: Comment) -> str | None:
    """``waiting``, ``taken`` or ``refused`` for the newest edit; None without one."""
    return session.execute(
        select(Revision.state)
        .where(Revision.comment_id == comment.id)
        .order_by(Revision.number.desc())
        .limit(1)
    ).scalar_one_or_none()


def edit(
    session: Session, site: SiteView, comment: Comment, text: str, *, now: datetime
) -> None:
    """Change an own comment's text.

    A pending comment takes it at once, since its checks are still to come. In any other
    state the new text waits for checks of its own while the old one stays. It takes the
    place of an edit that still waits, of which nothing is kept. Going back to the text
    that is there refuses such a one.

    :raises EditWindowClosed: if the time to edit is over.
    :raises Conflict: if the comment was taken away.
    """
    # As it is now, and no check may settle it before this edit is stored.
    session.refresh(comment, with_for_update=True)
    _check_window(site, comment, now)
    if told(comment) == "removed" or comment.erased_at:
        raise Conflict("This comment can no longer be changed.")
    waits = (Revision.comment_id == comment.id) & (Revision.state == WAITING)
    if text == comment.text:
        # Who goes back to it wants nothing else to come after.
        session.execute(update(Revision).where(waits).values(state=REFUSED))
        return
    if comment.status == Status.PENDING:
        comment.text = text
        comment.version += 1
        comment.edited_at = now
        return
    older = session.scalars(select(Revision.id).where(waits)).all()
    number = session.execute(
        select(func.coalesce(func.max(Revision.number), 0)).where(
            Revision.comment_id == comment.id
        )
    ).scalar_one()
    revision = Revision(
        comment_id=comment.id,
        number=number + 1,
        text=text,
        state=WAITING,
        created_at=now,
    )
    session.add(revision)
    session.flush()
    owe(
        session,
        Kind.CHECK_REVISION,
        revision.id,
        now=now,
        dedupe_key=_job_key(revision.id),
    )
    # Last, so that neither its row number nor its number is given to a newer one: what
    # is still to be said of it finds nothing then.
    _drop(session, older)


def _job_key(revision_id: int) -> str:
    return f"{Kind.CHECK_REVISION}-{revision_id}"


def _drop(session: Session, revision_ids: Sequence[int]) -> None:
    """Delete edits that wait, with their checks.

    Whoever is at these checks loses the lease, or finds no edit. A job that is locked
    is left: its holder may wait for the comment, which this transaction has locked.
    """
    if not revision_ids:
        return
    jobs = (
        select(Job.id)
        .where(Job.dedupe_key.in_([_job_key(each) for each in revision_ids]))
        .with_for_update(skip_locked=True)
    )
    for gone in (
        delete(Job).where(Job.id.in_(jobs)),
        delete(Revision).where(Revision.id.in_(revision_ids)),
    ):
        session.execute(gone.execution_options(synchronize_session=False))


def take_back(
    session: Session, site: SiteView, comment: Comment, *, now: datetime
) -> None:
    """Move an own comment to the trash, so that readers no longer see it.

    Harmless when it is there already.

    :raises EditWindowClosed: if the time to do so is over.
    :raises ForbiddenMove: if a moderator decided otherwise.
    """
    if told(comment) == "removed":
        return
    _check_window(site, comment, now)
    # The same words may be said again later.
    comment.fingerprint = None
    session.flush()
    if comment.status == Status.SPAM:
        # It stays as evidence. The writer, who is told "held", sees it go like any
        # other, and learns nothing by this.
        return
    move(
        session,
        comment,
        Status.TRASHED,
        actor=Actor.WRITER,
        now=now,
        reason="Its writer took it back.",
    )
