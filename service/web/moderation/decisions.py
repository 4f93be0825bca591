"""Decisions on several comments at once, and taking any decision back."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from service.domain.errors import InvalidInput
from service.operations.decide_many import decide_many
from service.operations.undo import undo
from service.web.context import here, write
from service.web.moderation.answers import decision_answer
from service.web.moderation.forms import ManyForm, UndoForm
from service.web.moderation.signed_in import current, guard

bp = Blueprint("decisions", __name__)
guard(bp)


@bp.post("/queue/decide")
def many() -> Response:
    """Decide on all that is ticked, and go back to where it was ticked."""
    form = ManyForm()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    seen = form.seen(request.form.getlist("comment"))
    moderator, now, decision = current().moderator, here().clock(), form.decided()
    outcome = write(
        lambda s: decide_many(s, moderator, seen, decision=decision, now=now)
    )
    return decision_answer(outcome, form)


@bp.post("/queue/undo")
def take_back() -> Response:
    """Take a decision back, and go back to where that was asked for."""
    form = UndoForm()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    moderator, now, batch = current().moderator, here().clock(), str(form.batch.data)
    outcome = write(lambda s: undo(s, moderator, batch, now=now))
    (*_, only) = outcome.decided or outcome.stale or (None,)
    is_one = len(outcome.decided) + len(outcome.stale) == 1 and only is not None
    return decision_answer(
        outcome, form, alone=only.public_id if is_one and only else "", is_undo=True
    )
