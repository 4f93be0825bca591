"""How a decision is answered: a way back for browsers, JSON for their scripts."""

from collections.abc import Mapping
from urllib.parse import urlencode

import orjson
from flask import Response as FlaskResponse
from flask import request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from service.operations.batches import Outcome
from service.web.context import here
from service.web.moderation.forms import FromViewForm
from service.web.moderation.notices import outcome_words
from service.web.moderation.view import view_of

MOST_STALE = 25
"""So many comments that were left alone are named after a decision."""


def wants_json() -> bool:
    """True for a request of a script, which names JSON; forms of browsers never do."""
    accept = request.accept_mimetypes
    return accept.quality("application/json") > accept.quality("text/html")


def decision_answer(
    outcome: Outcome, form: FromViewForm, *, alone: str = "", is_undo: bool = False
) -> Response:
    """The answer to a decision that was made.

    :param form: names the view that it was sent from.
    :param alone: public id of the comment to go back to where there is no view.
    """
    # Decisions are labels, and a large one goes on in a worker.
    here().bell.ring()
    if wants_json():
        return json_answer(outcome_json(outcome, is_undo=is_undo))
    return redirect(_way_back(outcome, form, alone), code=303)


def json_answer(body: Mapping[str, object], status: int = 200) -> Response:
    """A body for scripts, kept by nobody."""
    answer = FlaskResponse(orjson.dumps(body), status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def outcome_json(outcome: Outcome, *, is_undo: bool = False) -> dict[str, object]:
    """What a decision led to, as scripts read it."""
    return {
        "batch": outcome.batch,
        "decided": [
            {"id": each.public_id, "version": each.version, "status": each.new.value}
            for each in outcome.decided
        ],
        "stale": [
            {
                "id": each.public_id,
                "version": each.version,
                "status": each.status.value,
                "who": each.who or each.actor,
            }
            for each in outcome.stale
        ],
        "to_come": outcome.to_come,
        "words": outcome_words(outcome, is_undo=is_undo),
    }


def _way_back(outcome: Outcome, form: FromViewForm, alone: str) -> str:
    view, done = view_of(form), outcome.batch or None
    if view is not None:
        url: str = view.url(done=done)
    elif alone:
        url = url_for("queue.one", public_id=alone, done=done)
    else:
        url = url_for("queue.show", done=done)
    stale = [("stale", each.public_id) for each in outcome.stale[:MOST_STALE]]
    if not stale:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(stale)}"
