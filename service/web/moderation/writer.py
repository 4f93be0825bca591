"""The writer of a comment: what else came from them, and what is to be done."""

import re

from flask import Blueprint, make_response, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import IntegerField, StringField
from wtforms.validators import AnyOf, InputRequired, NumberRange

from service.domain.errors import InvalidInput, Unknown
from service.domain.status import Status
from service.operations.listing import Wanted, list_by_comment, unlist
from service.operations.queue import MAX_ROW_ID
from service.operations.writer import COUNTED_TO, Part, reveal_address, writer_of
from service.web.context import here, read, write
from service.web.language import gettext
from service.web.moderation.answers import json_answer, wants_json
from service.web.moderation.forms import ButtonForm
from service.web.moderation.notices import STATE_NAMES
from service.web.moderation.shown import shown_time
from service.web.moderation.signed_in import current, guard
from service.web.moderation.writer_words import choices_of, done_words, standing_words

bp = Blueprint("writer", __name__)
guard(bp)

_NUMBER = re.compile(r"[0-9]{1,16}")


class ListForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What of the writer goes on which list."""

    what = StringField(validators=[AnyOf(["address", "network"])])
    list_name = StringField(validators=[AnyOf(["hold", "spam", "trust"])])


class UnlistForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """An entry that is taken off its list."""

    entry = IntegerField(validators=[InputRequired(), NumberRange(1, 2**31 - 1)])


def _place(name: str) -> int | None:
    text = request.args.get(name, "")
    if not text:
        return None
    if not _NUMBER.fullmatch(text) or int(text) > MAX_ROW_ID:
        raise Unknown("There is no such page of comments.")
    return int(text)


def _part(public_id: str, part: Part | None, name: str) -> dict[str, object] | None:
    if part is None:
        return None
    now = here().clock()
    total = sum(part.counts.values())
    return {
        "total": f"{total:,}+" if total >= COUNTED_TO else f"{total:,}",
        "counts": [
            {"state": gettext(STATE_NAMES[status]), "count": f"{part.counts[status]:,}"}
            for status in Status
            if part.counts.get(status)
        ],
        "comments": [
            {
                "comment": each,
                "state": gettext(STATE_NAMES[each.status]),
                "sent": shown_time(each.created_at, now),
            }
            for each in part.comments
        ],
        "next_url": None
        if part.next is None
        else url_for("writer.show", public_id=public_id) + f"?{name}={part.next}",
    }


def _page(public_id: str, *, revealed: str = "") -> str:
    moderator, doors = current().moderator, here()
    found = read(
        lambda s: writer_of(
            s,
            doors.keyring,
            moderator,
            public_id,
            address_after=_place("address"),
            network_after=_place("network"),
        )
    )
    return render_template(
        "writer.html",
        writer=found,
        revealed=revealed,
        by_address=_part(public_id, found.by_address, "address"),
        by_network=_part(public_id, found.by_network, "network"),
        choices=choices_of(found) if found.may_decide else [],
        standing=[{"id": s.id, "words": standing_words(s)} for s in found.standing],
        notice_words=done_words(request.args.get("saved", "")),
    )


@bp.get("/queue/<public_id>/writer")
def show(public_id: str) -> str:
    """What came from the same address, and from the same network."""
    return _page(public_id)


@bp.post("/queue/<public_id>/writer/list")
def put_on_list(public_id: str) -> Response:
    """Block or trust the address, or block the network."""
    form = ListForm()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    wanted = Wanted(what=str(form.what.data), list_name=str(form.list_name.data))
    moderator, doors = current().moderator, here()
    now = doors.clock()
    entry = write(
        lambda s: list_by_comment(
            s, doors.keyring, moderator, public_id, wanted, now=now
        )
    )
    return _saved(public_id, f"{wanted.what}-{wanted.list_name}", {"entry": entry})


@bp.post("/queue/<public_id>/writer/unlist")
def take_off_list(public_id: str) -> Response:
    """Take back a block or a trust."""
    form = UnlistForm()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    moderator, now, entry = (
        current().moderator,
        here().clock(),
        int(form.entry.data or 0),
    )
    write(lambda s: unlist(s, moderator, entry, now=now))
    return _saved(public_id, "off", {})


def _saved(public_id: str, what: str, body: dict[str, object]) -> Response:
    if wants_json():
        return json_answer(body | {"words": done_words(what)})
    return redirect(url_for("writer.show", public_id=public_id, saved=what), code=303)


@bp.post("/queue/<public_id>/writer/reveal")
def reveal(public_id: str) -> Response:
    """Show the whole address, in this answer alone; who looked is logged."""
    if not ButtonForm().validate_on_submit():
        raise InvalidInput({})
    moderator, doors = current().moderator, here()
    now = doors.clock()
    address = write(
        lambda s: reveal_address(s, doors.keyring, moderator, public_id, now=now)
    )
    answer: Response = make_response(_page(public_id, revealed=address))
    answer.headers["Cache-Control"] = "no-store"
    return answer
