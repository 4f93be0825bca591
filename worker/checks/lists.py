"""The site's lists, as the moderators wrote them, and their rules on trial."""

from collections.abc import Sequence
from dataclasses import replace

from service.domain.checking import CheckInput, ListHit
from service.domain.findings import LOG_ODDS_LIMIT, Finding
from service.domain.status import Status
from worker.checks.parts import Part, finding, shown

HOLD_LOG_ODDS = 1.0
MAX_SHOWN = 10
TRUSTED = Part(
    -LOG_ODDS_LIMIT, "a moderator trusts this writer, who has proven the address"
)

_FIELDS = {
    "address": "the domain of the address",
    "agent": "the browser",
    "host": "a link or the website",
    "network": "the network",
    "origin": "the network",
}


def _part(hit: ListHit) -> Part:
    field = _FIELDS.get(hit.field, f"the {shown(hit.field, 20)}")
    words = (
        f'the {shown(hit.list_name, 20)} list has "{shown(hit.pattern)}" for {field}'
    )
    is_spam = hit.list_name == "spam"
    return Part(LOG_ODDS_LIMIT if is_spam else HOLD_LOG_ODDS, words)


def _said(check: str, hits: Sequence[ListHit]) -> Finding | None:
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
                "id": hit.entry_id,
            }
            for hit in ranked
        ]
    }
    return finding(check, map(_part, ranked), detail, at_least)


def lists(given: CheckInput) -> Finding | None:
    """Demands spam for an entry of the spam list, and holds for any other list.

    A writer whom a moderator trusts, and who has proven the address, counts as good
    where nothing is listed.
    """
    evidence = given.evidence
    said = _said("lists", [hit for hit in evidence.list_hits if hit.mode != "log"])
    if said is None and evidence.is_trusted:
        return finding("lists", [TRUSTED], {"trusted": True})
    return said


def rules(given: CheckInput) -> Finding | None:
    """Says what the rules on trial would have done; it never acts."""
    said = _said(
        "rules", [hit for hit in given.evidence.list_hits if hit.mode == "log"]
    )
    return None if said is None else replace(said, mode="log")
