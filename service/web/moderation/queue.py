"""The queue, one comment of it, and decisions."""

from collections.abc import Sequence

from flask import Blueprint, render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from service.db.store import Session
from service.domain.errors import (
    Conflict,
    ForbiddenMove,
    InvalidInput,
    StaleComment,
)
from service.domain.status import Status
from service.operations.batches import Outcome, batch_done, left_of
from service.operations.changes import cursor
from service.operations.confirm import Confirmed, confirm, just_confirmed
from service.operations.decide import decide
from service.operations.queue import COUNTED_TO, QueuePage, Tab, one_card, queue_page
from service.operations.saved_views import saved_views
from service.operations.tallies import records
from service.web.context import here, read, write
from service.web.language import gettext, mark
from service.web.moderation.answers import (
    MOST_STALE,
    decision_answer,
    json_answer,
    outcome_json,
    wants_json,
)
from service.web.moderation.filters import filter_bar, paging
from service.web.moderation.forms import DecisionForm, ViewForm
from service.web.moderation.notices import Notice, notice_of
from service.web.moderation.shown import shown_cards
from service.web.moderation.signed_in import current, guard
from service.web.moderation.view import View, asked_view, asks_for_nothing, view_of
from service.web.moderation.words import BUTTONS, count_words, tab_name

bp = Blueprint("queue", __name__)
guard(bp)

_TOLD = {
    "replied": mark("Your reply is published."),
    "edited": mark("Your edit is saved."),
}
_RIGHT = {
    Status.SPAM: mark("Found right, it stays spam: “%(words)s”."),
    Status.PUBLISHED: mark("Found right, it stays published: “%(words)s”."),
}
_RIGHT_ELSEWHERE = mark("Found right: “%(words)s”.")


def _tabs(view: View, page: QueuePage) -> list[dict[str, object]]:
    return [
        {
            "key": tab.value,
            "name": tab_name(tab),
            "count": count_words(page.counts[tab], COUNTED_TO),
            "url": view.of_tab(tab).url(),
            "current": tab is view.tab,
        }
        for tab in Tab
    ]


def _sites(view: View, page: QueuePage) -> list[dict[str, object]]:
    """Links to each site's part, where there is more than one."""
    if len(page.sites) <= 1:
        return []
    choices = [
        ("", gettext("All sites")),
        *((site.key, site.name) for site in page.sites),
    ]
    return [
        {"name": name, "url": view.of_site(key).url(), "current": key == view.site}
        for key, name in choices
    ]


def _asked_notice(session: Session) -> Notice | None:
    """The notice about the decision that the address names, with a way back."""
    moderator, args = current().moderator, request.args
    stale = args.getlist("stale")[:MOST_STALE]
    return notice_of(
        batch_done(session, moderator, args.get("done", "")),
        left_of(session, moderator, stale) if stale else (),
    )


def _found_right(confirmed: Confirmed | None) -> dict[str, object] | None:
    if confirmed is None:
        return None
    told = _RIGHT.get(confirmed.status, _RIGHT_ELSEWHERE)
    return {"told": told, "first_words": confirmed.first_words}


def _many(view: View) -> list[dict[str, str]]:
    """What can be decided for all that are ticked in a tab."""
    return [
        {"value": new.value, "label": gettext(label)}
        for new, label in BUTTONS.items()
        if new.value != view.tab.value
    ]


@bp.get("/queue")
def show() -> str | Response:
    """A page of a tab; what was just decided is confirmed above it, with a way back."""
    view, moderator, doors = asked_view(), current().moderator, here()
    if asks_for_nothing():
        return redirect(view.url(), code=303)
    wanted = view.wanted(doors.keyring, moderator.id)
    right, now = request.args.get("right", ""), doors.clock()
    page, found, notice, confirmed, saved, since = read(
        lambda s: (
            queue_page(
                s,
                doors.keyring,
                moderator,
                tab=view.tab,
                site_key=view.site,
                wanted=wanted,
                after=view.after,
                before=view.before,
                now=now,
            ),
            records(s, moderator.site_ids, now),
            _asked_notice(s),
            just_confirmed(s, moderator, right) if right else None,
            saved_views(s, moderator.id),
            cursor(s, now),
        )
    )
    return render_template(
        "queue.html",
        filters=filter_bar(view, saved),
        view=view,
        tabs=_tabs(view, page),
        sites=_sites(view, page),
        tab_name=tab_name(view.tab),
        since=since,
        now=now.timestamp(),
        many=_many(view),
        checked=count_words(page.pending, COUNTED_TO),
        notice=notice,
        confirmed=_found_right(confirmed),
        cards=shown_cards(page.cards, now, found),
        paging=paging(view, page),
    )


def one_page(
    public_id: str,
    *,
    problem: Conflict | None = None,
    do: str = "",
    written: str | None = None,
    problems: Sequence[str] = (),
) -> str:
    """The page of one comment.

    :param problem: why nothing was changed.
    :param do: the form that is open: ``reply``, ``edit`` or none.
    :param written: what was written in that form; None for nothing yet.
    """
    moderator, doors = current().moderator, here()
    right, now = request.args.get("right", ""), doors.clock()
    card, found, notice, confirmed = read(
        lambda s: (
            one_card(s, doors.keyring, moderator, public_id),
            records(s, moderator.site_ids, now),
            _asked_notice(s),
            just_confirmed(s, moderator, public_id) if right == public_id else None,
        )
    )
    (shown,) = shown_cards([card], now, found, with_log=True)
    # A writer's edit makes a decision stale too; then no move explains it.
    edited = card.moves and card.edited_at and card.edited_at > card.moves[0].at
    explains = isinstance(problem, StaleComment) and not edited
    return render_template(
        "comment.html",
        shown=shown,
        problem=problem and gettext(str(problem)),
        moved=shown.moves[0] if explains and shown.moves else None,
        notice=notice,
        confirmed=_found_right(confirmed),
        told=gettext(_TOLD[told])
        if (told := request.args.get("told")) in _TOLD
        else "",
        do=do or request.args.get("do", ""),
        written=written,
        problems=problems,
        view=None,
    )


@bp.get("/queue/<public_id>")
def one(public_id: str) -> str:
    """One comment in any state, with its whole log."""
    return one_page(public_id)


@bp.post("/queue/<public_id>")
def decide_one(public_id: str) -> Response | tuple[str | Response, int]:
    """Decide, and go back to where the decision was made."""
    form = DecisionForm()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    moderator, now = current().moderator, here().clock()
    seen, decision = int(form.seen.data or 0), form.decided()
    try:
        decided = write(
            lambda s: decide(
                s, moderator, public_id, seen_version=seen, decision=decision, now=now
            )
        )
    except (StaleComment, ForbiddenMove) as err:
        if wants_json():
            return _stale_answer(public_id, err), 409
        # A page of their own: the card as it is now, with the way on.
        return one_page(public_id, problem=err), 409
    outcome = Outcome(batch=decided.batch, decided=(decided,))
    return decision_answer(outcome, form, alone=public_id)


def _stale_answer(public_id: str, err: Conflict) -> Response:
    """Problem details with the comment as it is now, and who made it so."""
    moderator = current().moderator
    left = read(lambda s: left_of(s, moderator, [public_id]))
    outcome = Outcome(batch="", stale=tuple(left))
    answer = json_answer(
        {
            "type": "about:blank",
            "title": gettext("It does not fit the present state"),
            "status": 409,
            "detail": gettext(str(err)),
        }
        | outcome_json(outcome)
    )
    answer.mimetype = "application/problem+json"
    return answer


@bp.post("/queue/<public_id>/right")
def find_right(public_id: str) -> Response | tuple[str, int]:
    """Find the checks' verdict right, and go back to where it was asked about."""
    form = ViewForm()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    moderator, now, seen = current().moderator, here().clock(), int(form.seen.data or 0)
    try:
        write(lambda s: confirm(s, moderator, public_id, seen_version=seen, now=now))
    except StaleComment as err:
        return one_page(public_id, problem=err), 409
    here().bell.ring()
    view = view_of(form)
    if view is None:
        url = url_for("queue.one", public_id=public_id, right=public_id)
    else:
        url = view.url(right=public_id)
    return redirect(url, code=303)
