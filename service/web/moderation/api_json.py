"""What programs are told of comments and the log: an allow-list, as in the contract."""

from datetime import datetime

import orjson
from flask import Response

from service.operations.cards import Card, FindingView, MoveView
from service.operations.decide_listed import Outcome
from service.operations.log import LogEntry

Json = dict[str, object]


def json_answer(body: Json, status: int = 200) -> Response:
    """An answer that nobody keeps."""
    answer = Response(orjson.dumps(body), status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def time_text(moment: datetime | None) -> str | None:
    """The moment as ISO 8601 in UTC."""
    if moment is None:
        return None
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _finding(finding: FindingView) -> Json:
    return {
        "check": finding.check,
        "reason": finding.reason,
        "log_odds": finding.log_odds,
        "share": finding.share,
        "at_least": finding.at_least,
        "mode": finding.mode,
    }


def _move(move: MoveView) -> Json:
    return {
        "at": time_text(move.at),
        "actor": move.actor,
        "who": move.who,
        "from": move.old,
        "to": move.new,
        "reason": move.reason,
    }


def card_json(card: Card) -> Json:
    """A comment with its findings and moves; the address is masked."""
    answers = card.answers
    return {
        "id": card.public_id,
        "version": card.version,
        "status": card.status,
        "site": card.site_key,
        "page": card.page,
        "page_title": card.page_title,
        "page_url": card.page_url,
        "name": card.name,
        "website": card.website,
        "address": card.address,
        "text": card.text,
        "html": card.html,
        "by_moderator": card.by_moderator,
        "created_at": time_text(card.created_at),
        "edited_at": time_text(card.edited_at),
        "answers": None
        if answers is None
        else {
            "id": answers.public_id,
            "name": answers.name,
            "excerpt": answers.excerpt,
            "status": answers.status,
        },
        "score": card.score,
        "held_from": card.held_from,
        "spam_from": card.spam_from,
        "verdict": card.verdict,
        "audit": card.is_audit,
        "findings": [_finding(each) for each in card.findings],
        "moves": [_move(each) for each in card.moves],
        "may_decide": card.may_decide,
    }


def outcome_json(outcome: Outcome) -> Json:
    """What became of each comment of many."""
    return {
        "decided": [
            {"id": d.public_id, "version": d.version, "status": d.new.value}
            for d in outcome.decided
        ],
        "stale": [
            {
                "id": s.public_id,
                "version": s.version,
                "status": s.status.value,
                "actor": s.actor and s.actor.value,
                "who": s.who,
            }
            for s in outcome.stale
        ],
        "refused": [{"id": r.public_id, "why": r.why} for r in outcome.refused],
    }


def entry_json(entry: LogEntry) -> Json:
    """A line of the log."""
    move = entry.move
    return {
        "at": time_text(entry.at),
        "site": entry.site_key or None,
        "actor": entry.actor.value,
        "who": entry.who,
        "action": entry.action or "moved",
        "detail": dict(entry.detail),
        "move": None
        if move is None
        else {
            "comment": move.comment,
            "from": move.old.value,
            "to": move.new.value,
            "reason": move.reason,
            "score": move.score,
            "decided_at_once": move.bulk_size,
            "undo_version": move.undo_version,
        },
    }
