"""What a check is given: the comment as read, and evidence from the site's past.

A check is a function ``CheckInput -> Finding | None``. It sees no database, no HTTP and
no e-mail address. `service.text.reading` makes the `Reading`; evidence comes from
`service.operations.gather`, or from memory when comments are evaluated from a file.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from service.domain.findings import Finding
from service.domain.policy import SitePolicy
from service.domain.submission import OriginKind, TokenKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link in a comment's text."""

    url: str
    """As written, or the target of an anchor."""
    host: str
    """Lower case, ASCII (IDNA), without ``www.``; empty for a relative one."""
    label: str = ""
    """The words it is shown as, when it was written as an anchor."""
    markup: str = "bare"
    """How it was written: ``bare``, ``markdown``, ``html`` or ``bbcode``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A comment, read once for all checks; made by `service.text.reading.read`."""

    name: str
    website: str
    website_host: str
    """Host of the website, lower case, without ``www.``; empty without a website."""
    text: str
    """The source text, at most 10,000 characters."""
    words: tuple[str, ...]
    """Words of the plain text, case folded, in order; links and tags left out."""
    links: tuple[Link, ...]
    hosts: tuple[str, ...]
    """Distinct hosts of the links, in order of appearance, without the website's."""
    normal_hash: str
    """Hash of the plain words: equal for texts that differ in case, white space,
    punctuation or markup only. Hex, 32 digits; empty for a text without words."""
    bands: tuple[str, ...]
    """MinHash band hashes, hex, 16 digits each; texts that share one are
    near-duplicates. Empty for texts too short to compare."""
    markers: frozenset[str] = frozenset()
    """What was odd about the letters, such as ``zero-width`` or ``mixed-script``, and
    what the normal form undid, such as ``letters-apart``."""
    normal: str = ""
    """The text's normal form: lower case, without the tricks that hide words."""
    group_key: str = ""
    """Equal for comments that the queue shows as alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListHit:
    """An entry of a block list that matched."""

    list_name: str
    """``hold`` or ``spam``."""
    field: str
    """What it matched: name, address, website, text, network or agent."""
    pattern: str
    """The entry as it was written; for an address only its domain part is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How moderators decided on comments that share something."""

    published: int = 0
    spam: int = 0
    trashed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Earlier comments of the site whose text repeats."""

    same: int = 0
    """With the same words, by any writer, in the last 30 days."""
    same_other_pages: int = 0
    """Of those, on other pages."""
    near: int = 0
    """That share a band but not all words, in the last 7 days, by other writers."""
    spam: int = 0
    """Of all these, those that are spam now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the site's past says about a comment."""

    policy: SitePolicy = field(default_factory=SitePolicy)
    list_hits: tuple[ListHit, ...] = ()
    alike: Alike = field(default_factory=Alike)
    proven_published: int = 0
    """Published comments of this writer, where it is *proven* to be the same person."""
    address_tally: Tally = field(default_factory=Tally)
    """Moderators' decisions on comments that claim the same address."""
    network_tally: Tally = field(default_factory=Tally)
    """Moderators' decisions on comments from the same network, last 30 days."""
    host_tallies: dict[str, Tally] = field(default_factory=dict)
    """Moderators' decisions by host, for the links' hosts and the website's."""
    email_domain: str = ""
    """Domain of the address, ASCII, lower case; empty without an address."""
    email_domain_resolves: bool | None = None
    """What DNS says of the domain: it takes mail, it cannot, or nobody asked (None)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInput:
    """Everything a check may look at."""

    reading: Reading
    evidence: Evidence
    origin: OriginKind = "absent"
    token: TokenKind = "missing"  # noqa: S105  # no secret
    token_age_seconds: float | None = None
    trap_filled: bool = False
    via: str = "json"
    is_reply: bool = False
    received_at: datetime | None = None


Check = Callable[[CheckInput], Finding | None]
