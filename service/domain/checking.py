"""What a check is given: the comment as read, and evidence from the site's past.

A check is a function ``CheckInput -> Finding | None``. It sees no database, no HTTP and
no e-mail address. `service.text.reading` makes the `Reading`; evidence comes from
`service.operations.gather`, or from memory when comments are evaluated from a file.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from service.domain.findings import Finding
from service.domain.outside import OutsideAnswer
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
    """What it matched: name, address, website, text, host, network, agent or origin."""
    pattern: str
    """The entry as it was written; for an address only its domain part is shown."""
    mode: str = "on"
    """``log`` for an entry on trial."""
    entry_id: int = dataclasses.field(default=0, compare=False)
    """Row number of the entry; 0 for one that is not stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How moderators decided on comments that share something."""

    published: int = 0
    spam: int = 0
    trashed: int = 0
    faded_published: float = 0.0
    """How much of ``published`` no longer counts, because it is long ago."""
    faded_spam: float = 0.0
    """How much of ``spam`` no longer counts."""


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
    near_today: int = 0
    """Of ``near``, those of the last 24 hours."""
    copied: int = 0
    """Published comments of other writers with the same words, of any age."""
    copied_here: int = 0
    """Of those, the ones on the same page."""
    nearly_copied: int = 0
    """Published comments of other writers that share a band, of any age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is known of the page that a comment is on."""

    title: str = ""
    """Its title; empty while no comment was published there."""
    texts: tuple[str, ...] = ()
    """How a few of its published comments begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the learned model says of a comment."""

    base: float
    """Log-odds by the base that all sites share, from -4 to 4."""
    site: float
    """Log-odds by what the site has learned, from -4 to 4."""
    reasons: tuple[str, ...] = ()
    """What speaks for spam, in whole words, strongest first."""
    part: float | None = None
    """Log-odds of the most suspicious part of a long text, the base's and the site's
    together; None where no part was looked at for itself."""
    part_words: str = ""
    """The first words of that part."""
    version: int = 0
    """Version of the site's model; 0 without one."""
    decisions: int = 0
    """How many decisions the site's model has learned from."""


class Model(Protocol):
    """A learned model, however it is kept."""

    def opinion(self, reading: Reading) -> Opinion:
        """What it says of a comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the site's past says about a comment."""

    policy: SitePolicy = field(default_factory=SitePolicy)
    list_hits: tuple[ListHit, ...] = ()
    is_trusted: bool = False
    """A moderator trusts this address, and it is *proven* to be the writer's."""
    alike: Alike = field(default_factory=Alike)
    proven_published: int = 0
    """Published comments of this writer, where it is *proven* to be the same person."""
    address_tally: Tally = field(default_factory=Tally)
    """Moderators' decisions on comments that claim the same address."""
    network_tally: Tally = field(default_factory=Tally)
    """Moderators' decisions on comments from the same network, last 30 days."""
    host_tallies: dict[str, Tally] = field(default_factory=dict)
    """Moderators' decisions by host, for the links' hosts and the website's."""
    known_hosts: frozenset[str] = frozenset()
    """Of its hosts, those that a moderator has let be published, or that stood in a
    published comment for a day, in which a moderator could have seen it."""
    site_seen: int = 0
    """How many comments of the site have been published and seen in that sense, counted
    to 20: as long as there are few, the site cannot know many hosts."""
    page: Page = field(default_factory=Page)
    email_domain: str = ""
    """Domain of the address, ASCII, lower case; empty without an address."""
    email_domain_resolves: bool | None = None
    """What DNS says of the domain: it takes mail, it cannot, or nobody asked (None)."""
    model: Model | None = None
    """What was learned; None where there is no model to ask."""
    outside: Mapping[str, OutsideAnswer] = field(default_factory=dict)
    """What services outside have answered, by name of the check that asked them."""


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
