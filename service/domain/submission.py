"""A validated submission, and the circumstances it arrived in."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

MAX_COMMENT_CHARS = 10_000
MAX_NAME_CHARS = 80
MAX_EMAIL_CHARS = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets
MAX_WEBSITE_CHARS = 2_048
MAX_PAGE_CHARS = 512
MAX_TITLE_CHARS = 300
MAX_AGENT_CHARS = 256

OriginKind = Literal["own", "registered", "null", "absent"]
TokenKind = Literal["good", "missing", "forged", "foreign"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a reader sent, normalised and validated; nobody checks it again."""

    page: str
    """The thread's key: reduced by `service.domain.pages.page_key`."""
    text: str
    """The comment as source text, 1-10,000 characters."""
    name: str
    """Display name; empty only where the site does not require one."""
    email: str = field(repr=False)
    """Normalised address; empty only where the site does not require one."""
    website: str = ""
    """An http(s) address or empty."""
    parent: str | None = None
    """Public id of the comment it answers."""
    title: str = ""
    """Title of the page as the sender gave it."""
    notify: bool = False
    """The writer asks for replies by mail."""
    return_to: str = ""
    """Where a browser wants to go afterwards; not yet checked against origins."""
    writer_token: str = field(default="", repr=False)
    """``<comment id>.<edit token>`` of an earlier comment: proof of who writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """How a submission came in: facts for the checks, none of them trusted."""

    client_ip: str = field(repr=False)
    """Textual IPv4 or IPv6 address, forwarding headers already judged."""
    agent: str = field(default="", repr=False)
    """User agent, at most 256 characters."""
    origin: OriginKind = "absent"
    """What the ``Origin`` header said."""
    token: TokenKind = "missing"  # noqa: S105  # no secret
    """What the form token turned out to be."""
    token_age_seconds: float | None = None
    """Seconds between giving out the form and its return, for a good token."""
    trap_filled: bool = False
    """The field hidden from people was filled in."""
    via: Literal["json", "form"] = "json"
    """The kind of body."""

    def facts(self) -> dict[str, Any]:
        """The part that may be stored in the clear: nothing about the person."""
        return {
            "origin": self.origin,
            "token": self.token,
            "token_age_seconds": self.token_age_seconds,
            "trap_filled": self.trap_filled,
            "via": self.via,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the sender of an accepted submission is told."""

    comment_id: str
    """Public id of the comment."""
    submitted_at: datetime
    """When it was stored."""
    replayed: bool = False
    """True when this answers a repeat, and nothing was stored."""
    proven: bool = True
    """True when the caller may hold the edit token: it sent the comment the first
    time, or knows the ``Idempotency-Key`` that it was sent with."""
