"""A check of one's own: a signed POST, and log-odds with a reason as the answer.

Signed as Standard Webhooks has it (standardwebhooks.com, specification 1.0.0): an HMAC
with SHA-256 over id, time and body.
"""

import base64
import hmac
import math
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from typing import Any

import orjson

from service.domain.outside import OutsideAnswer
from service.operations.outside.facts import Errand, Facts
from service.operations.outside.secrets import secret_bytes
from service.text.border import clean_line
from worker.checks.parts import shown
from worker.outside.client import NoAnswer, OutsideClient

MOST = 6.0
"""The largest log-odds, either way, that an answer may give."""
MAX_REASON_CHARS = 200

_FIELDS = {"log_odds", "reason"}


def ask(client: OutsideClient, errand: Errand, now: datetime) -> OutsideAnswer:
    """What the service says of the comment.

    :raises NoAnswer: if it does not answer as it should.
    """
    if not errand.policy.custom_url:
        raise NoAnswer("no-url")
    key = secret_bytes(errand.secret or "")
    if key is None:
        raise NoAnswer("no-key")
    body = orjson.dumps(_told(errand.facts))
    reply = client.post(
        errand.policy.custom_url,
        body,
        {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": f"Foyer/{version('foyer')}",
            **signature(key, _message_id(errand), int(now.timestamp()), body),
        },
    )
    return _read(reply.body)


def signature(
    key: bytes, message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """The headers by which the receiver knows that a message is ours, and is fresh.

    :param timestamp: seconds since 1970.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    mac = base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{mac}",
    }


def _message_id(errand: Errand) -> str:
    """The same each time that the same is asked."""
    return f"check_{errand.facts.comment_id}_{errand.digest.hex()[:16]}"


def _told(facts: Facts) -> dict[str, Any]:
    comment = {
        "id": facts.comment_id,
        "site": facts.site,
        "page": facts.page,
        "permalink": facts.permalink,
        "name": facts.name,
        "website": facts.website,
        "text": facts.text,
        "is_reply": facts.is_reply,
        "created_at": f"{facts.created_at:%Y-%m-%dT%H:%M:%SZ}",
    }
    if facts.email:
        comment["email"] = facts.email
    return {"type": "comment.check", "comment": comment}


def _read(body: bytes) -> OutsideAnswer:
    try:
        answer = orjson.loads(body)
    except ValueError:
        raise NoAnswer("nonsense") from None
    if not isinstance(answer, Mapping) or set(answer) != _FIELDS:
        raise NoAnswer("nonsense")
    log_odds, reason = answer["log_odds"], answer["reason"]
    if isinstance(log_odds, bool) or not isinstance(log_odds, int | float):
        raise NoAnswer("nonsense")
    if not math.isfinite(log_odds) or abs(log_odds) > MOST:
        raise NoAnswer("nonsense")
    if not isinstance(reason, str) or not 0 < len(reason) <= MAX_REASON_CHARS:
        raise NoAnswer("nonsense")
    # Whatever it says, no address gets into what moderators and backups keep.
    words = shown(clean_line(reason), MAX_REASON_CHARS)
    if not words:
        raise NoAnswer("nonsense")
    return OutsideAnswer(said="score", log_odds=float(log_odds), reason=words)
