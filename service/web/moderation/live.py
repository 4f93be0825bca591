"""What an open queue page asks for: what has changed, and cards as they are now."""

import re
from hashlib import blake2b

import orjson
from flask import Response, render_template, request

from service.domain.errors import Unknown
from service.domain.ids import is_public_id
from service.operations.changes import MOST_CARDS, Change, Changes, cards_of, changes
from service.operations.queue import COUNTED_TO
from service.operations.tallies import records
from service.web.context import here, read
from service.web.moderation.queue import bp
from service.web.moderation.shown import shown_cards
from service.web.moderation.signed_in import current
from service.web.moderation.view import asked_view
from service.web.moderation.words import count_words, decided_words

_NUMBER = re.compile(r"[0-9]{1,16}")


def _move(change: Change) -> dict[str, object]:
    return {
        "id": change.public_id,
        "version": change.version,
        "status": change.new,
        "own": change.is_own,
        "at": change.at.timestamp(),
        "words": decided_words(change.new, change.actor, change.who),
    }


def _data(found: Changes) -> bytes:
    return orjson.dumps(
        {
            "since": found.since,
            "counts": {
                tab.value: count_words(count, COUNTED_TO)
                for tab, count in found.counts.items()
            },
            "moves": [_move(change) for change in found.moves],
            "reload": found.is_cut,
        }
    )


@bp.get("/queue/changes")
def changes_since() -> Response:
    """What has moved in a view's sites since; 304 where nothing has."""
    since = request.args.get("since", "0")
    if not _NUMBER.fullmatch(since):
        raise Unknown("Say since when.")
    view, moderator, now = asked_view(), current().moderator, here().clock()
    body = _data(
        read(
            lambda s: changes(
                s, moderator, site_key=view.site, since=int(since), now=now
            )
        )
    )
    answer = Response(body, mimetype="application/json")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.set_etag(blake2b(body, digest_size=12).hexdigest())
    answer.make_conditional(request)
    return answer


@bp.get("/queue/cards")
def some() -> str:
    """Cards of the comments whose ids are given, as the view shows them."""
    ids = request.args.getlist("id")
    if len(ids) > MOST_CARDS or not all(map(is_public_id, ids)):
        raise Unknown("There are no such comments.")
    view, moderator, doors = asked_view(), current().moderator, here()
    now = doors.clock()
    found, record = read(
        lambda s: (
            cards_of(s, doors.keyring, moderator, ids),
            records(s, moderator.site_ids, now),
        )
    )
    return render_template(
        "cards.html",
        view=view,
        cards=shown_cards(found, now, record),
        show_site=len(moderator.site_ids) > 1 and not view.site,
    )
