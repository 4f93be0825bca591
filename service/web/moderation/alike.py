"""A flood of alike comments: all of them on pages, and one decision for all."""

import re

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from service.domain.errors import InvalidInput, Unknown
from service.domain.status import Actor, Status, may_move
from service.operations.alike import AlikePage, alike_page
from service.operations.batches import batch_done, left_of
from service.operations.cards import Card
from service.operations.decide_alike import SeenFlood, decide_alike
from service.operations.queue import DECISIONS, MAX_ROW_ID, Tab
from service.operations.tallies import records
from service.web.context import here, read, write
from service.web.moderation.alike_words import Choice, choices_of, why_words
from service.web.moderation.answers import MOST_STALE, decision_answer
from service.web.moderation.forms import AlikeForm
from service.web.moderation.notices import notice_of
from service.web.moderation.shown import shown_cards
from service.web.moderation.signed_in import current, guard
from service.web.moderation.view import View

bp = Blueprint("alike", __name__)
guard(bp)

_NUMBER = re.compile(r"[0-9]{1,16}")


def seen_now(card: Card) -> str:
    """The flood of a card as it is shown now, for the form that decides on it."""
    if card.group is None:
        return ""
    return SeenFlood.of(card.group, Status(card.status), here().clock()).text


def _place() -> int | None:
    """Where the page begins: all of it stands in the address."""
    text = request.args.get("from", "")
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or int(text) > MAX_ROW_ID:
        raise Unknown("There is no such page of alike comments.")
    return int(text)


def _buttons(card: Card) -> list[Choice]:
    old = Status(card.status)
    if not card.may_decide:
        return []
    return choices_of(
        card.alike,
        [new for new in DECISIONS if may_move(Actor.MODERATOR, old, new)],
    )


@bp.get("/queue/<public_id>/alike")
def show(public_id: str) -> str:
    """The comments that are alike this one, in the same state."""
    moderator, doors, after = current().moderator, here(), _place()
    now, stale = doors.clock(), request.args.getlist("stale")[:MOST_STALE]
    page, found, done, left = read(
        lambda s: (
            alike_page(s, doors.keyring, moderator, public_id, after=after),
            records(s, moderator.site_ids, now),
            batch_done(s, moderator, request.args.get("done", "")),
            left_of(s, moderator, stale),
        )
    )
    return render_template(
        "alike.html",
        lead=page.lead,
        why=why_words(page.lead),
        cards=shown_cards(page.cards, now, found),
        buttons=_buttons(page.lead),
        seen=seen_now(page.lead),
        notice=notice_of(done, left),
        confirmed=None,
        view=_view(page.lead),
        next_url=_next_url(public_id, page),
        first_url=url_for("alike.show", public_id=public_id) if after else None,
    )


def _view(card: Card) -> View:
    """The tab that the card is in: there its decisions lead back to."""
    is_tab = card.status in {tab.value for tab in Tab}
    return View(tab=Tab(card.status) if is_tab else Tab.HELD)


def _next_url(public_id: str, page: AlikePage) -> str | None:
    if page.next is None:
        return None
    return f"{url_for('alike.show', public_id=public_id)}?from={page.next}"


@bp.post("/queue/<public_id>/alike")
def decide(public_id: str) -> Response:
    """Decide on all of them that were seen, and go back to the queue."""
    form = AlikeForm()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    moderator, now = current().moderator, here().clock()
    seen, decision = SeenFlood.from_text(str(form.seen.data)), form.decided()
    outcome = write(
        lambda s: decide_alike(
            s, moderator, public_id, seen=seen, decision=decision, now=now
        )
    )
    return decision_answer(outcome, form)


@bp.app_context_processor
def _words() -> dict[str, object]:
    """What the card of a flood says, for every page that shows cards."""
    return {"why_alike": why_words, "alike_buttons": _buttons, "alike_seen": seen_now}
