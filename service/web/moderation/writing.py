"""A moderator's own words: answers to comments, and edits of them."""

import orjson
from flask import Response as FlaskResponse
from flask import url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from service.domain.errors import Conflict, InvalidInput
from service.domain.status import Status
from service.operations.answer import answer
from service.operations.decide import Decided
from service.operations.mend import mend
from service.text.border import clean_text
from service.web.accepts import wants_html
from service.web.context import here, write
from service.web.language import gettext
from service.web.moderation.forms import WriteForm
from service.web.moderation.queue import bp, one_page
from service.web.moderation.signed_in import current

Done = Response | tuple[str, int]


def _written(form: WriteForm) -> str:
    """What was written, clean.

    :raises InvalidInput: by fields.
    """
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    return clean_text(str(form.text.data))


def _said(words: str, decided: Decided | None, public_id: str, told: str) -> Response:
    """The answer to a script, or the way back to the comment's page."""
    if wants_html():
        return redirect(url_for("queue.one", public_id=public_id, told=told), code=303)
    moved = [] if decided is None else [decided]
    body = {
        "decided": [
            {"id": d.public_id, "version": d.version, "status": d.new.value}
            for d in moved
        ],
        "words": words,
    }
    return FlaskResponse(orjson.dumps(body), mimetype="application/json")


def _again(public_id: str, do: str, form: WriteForm, err: Exception) -> Done:
    """The page again with what was written, which must not be lost.

    :raises InvalidInput: for a script, which shows it itself; so with `Conflict`.
    """
    if not wants_html():
        raise err
    problem = err if isinstance(err, Conflict) else None
    text, problems = str(form.text.data or ""), list(form.text.errors)
    page = one_page(public_id, problem=problem, do=do, written=text, problems=problems)
    return page, 422 if problem is None else 409


@bp.post("/queue/<public_id>/reply")
def answer_one(public_id: str) -> Done:
    """Publish an answer, and what it answers if that waits."""
    form = WriteForm()
    moderator, doors = current().moderator, here()
    try:
        text, now = _written(form), doors.clock()
        seen = int(form.seen.data or 0)
        done = write(
            lambda s: answer(
                s,
                doors.keyring,
                moderator,
                public_id,
                text=text,
                seen_version=seen,
                now=now,
            )
        )
    except (InvalidInput, Conflict) as err:
        return _again(public_id, "reply", form, err)
    if done.published is not None:
        doors.bell.ring()
    words = (
        gettext("Your reply is published.")
        if done.published is None
        else gettext("Your reply and the comment are published.")
    )
    return _said(words, done.published, public_id, "replied")


@bp.post("/queue/<public_id>/edit")
def edit_one(public_id: str) -> Done:
    """Give a comment another text."""
    form = WriteForm()
    moderator = current().moderator
    try:
        text, now = _written(form), here().clock()
        seen = int(form.seen.data or 0)
        done = write(
            lambda s: mend(
                s, moderator, public_id, text=text, seen_version=seen, now=now
            )
        )
    except (InvalidInput, Conflict) as err:
        return _again(public_id, "edit", form, err)
    if done.status == Status.PENDING:
        # Its checks may have begun on the text before.
        here().bell.ring()
    return _said(gettext("Your edit is saved."), None, public_id, "edited")
