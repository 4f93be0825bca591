"""Checks that ask a service outside of the house: which there are, and what they learn.

All of them are off until an owner turns them on, since what they ask about leaves the
house. While one that acts owes an answer, nothing is published.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Any, Literal
from urllib.parse import urlsplit

AKISMET = "akismet"
CUSTOM = "custom"
OUTSIDE_NAMES: Mapping[str, str] = {AKISMET: "Akismet", CUSTOM: "The custom check"}
"""Names of the checks, and how a sentence about one begins."""

AKISMET_URL = "https://rest.akismet.com"

PAUSE = timedelta(minutes=20)
"""How long a service that gave no answer is left alone before it is asked again."""
GIVEN_UP = timedelta(days=15)
"""So long it is asked; and so long it is told what moderators have decided."""

MAX_URL_CHARS = 500

InquiryState = Literal["owed", "answered", "given-up"]

TROUBLES: Mapping[str, str] = {
    "time-out": "did not answer in time",
    "unreachable": "could not be reached",
    "not-allowed": "has an address that may not be asked from here",
    "plain": "has an address that is not https",
    "tls": "did not prove who it is",
    "redirect": "answered with a redirect, which is not followed",
    "status": "answered with an error",
    "too-large": "answered more than it may",
    "nonsense": "answered something that is no verdict",
    "key": "does not take the key that is set here",
    "later": "wants to be asked again later",
    "no-key": "could not be asked, because its key or secret is not set",
    "no-url": "could not be asked, because its address is not set",
    "no-origin": "could not be asked, because the IP address is no longer kept",
    "broken": "could not be asked, because something went wrong here",
}
"""What can go wrong, and how a sentence goes on that tells it."""

FINAL_TROUBLES = frozenset({"no-origin"})
"""What no later try can mend."""

_HOST = re.compile(r"[a-z0-9._-]{1,253}|[0-9a-f:.]{2,45}")
_PATH = re.compile(r"[A-Za-z0-9/._~!$&'()*+,;=:%-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAnswer:
    """What a service said of a comment."""

    said: str
    """``spam``, ``blatant`` or ``good``; ``score`` where it gave log-odds itself."""
    log_odds: float = 0.0
    """What it gave itself, -6.0 to 6.0."""
    reason: str = ""
    """Its words, for a moderator; one line."""

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON values."""
        return {"said": self.said, "log_odds": self.log_odds, "reason": self.reason}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "OutsideAnswer":
        """An answer as it was stored."""
        return cls(
            said=str(data.get("said", "")),
            log_odds=float(data.get("log_odds", 0.0)),
            reason=str(data.get("reason", "")),
        )


def digest_of(name: str, website: str, text: str) -> bytes:
    """Sixteen bytes that tell whether an answer is about what a comment says now."""
    # Lengths between, so that no two different comments run together to the same.
    parts = (part.encode("utf-8", "surrogatepass") for part in (name, website, text))
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return blake2b(framed, digest_size=16).digest()


def silence_words(check: str, trouble: str, *, is_given_up: bool) -> str:
    """One sentence on a service that has not answered, for the moderator."""
    began = f"{OUTSIDE_NAMES[check]} {TROUBLES.get(trouble, TROUBLES['broken'])}"
    if is_given_up:
        return f"{began}, and is asked no more; a person must look."
    minutes = int(PAUSE.total_seconds() // 60)
    later = f"it is asked again after {minutes} minutes"
    return f"{began}; {later}, unless a person decides first."


def normal_url(text: str) -> str | None:
    """The address of a service in one form, without a final slash; or None.

    It is shown in settings and their log, so it may hold no password and no query.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    is_bare = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in {"http", "https"} or not is_bare or "@" in parts.netloc:
        return None
    if not _HOST.fullmatch(host) or not _PATH.fullmatch(parts.path):
        return None
    host = f"[{host}]" if ":" in host else host
    place = host if port is None else f"{host}:{port}"
    url = f"{parts.scheme}://{place}{parts.path.rstrip('/')}"
    return url if len(url) <= MAX_URL_CHARS else None
