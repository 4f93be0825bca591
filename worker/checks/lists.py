"""The site's block lists, as the moderators wrote them."""

from service.domain.checking import CheckInput, ListHit
from service.domain.findings import LOG_ODDS_LIMIT, Finding
from service.domain.status import Status
from worker.checks.parts import Part, finding, shown

HOLD_LOG_ODDS = 1.0
MAX_SHOWN = 10

_FIELDS = {
    "address": "the domain of the address",
    "agent": "the browser",
    "network": "the network",
}


def _part(hit: ListHit) -> Part:
    field = _FIELDS.get(hit.field, f"the {shown(hit.field, 20)}")
    words = (
        f'the {shown(hit.list_name, 20)} list has "{shown(hit.pattern)}" for {field}'
    )
    is_spam = hit.list_name == "spam"
    return Part(LOG_ODDS_LIMIT if is_spam else HOLD_LOG_ODDS, words)


def lists(given: CheckInput) -> Finding | None:
    """Demands spam for an entry of the spam list, and holds for any other list."""
    hits = given.evidence.list_hits
    if not hits:
        return None
    ranked = sorted(hits, key=lambda hit: hit.list_name != "spam")[:MAX_SHOWN]
    at_least = Status.SPAM if ranked[0].list_name == "spam" else Status.HELD
    detail = {
        "hits": [
            {
                "list": shown(hit.list_name, 20),
                "field": shown(hit.field, 20),
                "entry": shown(hit.pattern),
            }
            for hit in ranked
        ]
    }
    return finding("lists", map(_part, ranked), detail, at_least)
