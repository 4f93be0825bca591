"""What the owner of a site has decided: one frozen value, read from a versioned row."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from service.domain.check_names import CHECK_NAMES, CheckMode, mistakes, usual_mode
from service.domain.errors import InvalidInput
from service.domain.outside import AKISMET_URL, normal_url

Mode = Literal["all", "new", "doubtful"]

MAX_ORIGINS = 50
MAX_QUERY_KEYS = 50
MAX_QUERY_KEY_CHARS = 100
MAX_DEPTH = 20
MIN_BUDGET, MAX_BUDGET = 0.001, 0.1
"""Below 1 in 1,000 a site would wait for 1,000 good comments before it is kept."""
MAX_ORIGIN_DAYS = 30
"""No site may keep IP addresses and user agents longer."""
MAX_KEPT_DAYS = 3_650
MAX_CONSENT_CHARS = 500

_BOUNDS: Mapping[str, tuple[float, float]] = {
    "held_from": (0, 1),
    "spam_from": (0, 1),
    "edit_seconds": (0, 30 * 86_400),
    "max_depth": (0, MAX_DEPTH),
    "close_after_days": (0, 36_500),
    "budget": (MIN_BUDGET, MAX_BUDGET),
    "audit_share": (0, 1),
    "origin_days": (1, MAX_ORIGIN_DAYS),
    "spam_days": (0, MAX_KEPT_DAYS),
    "trash_days": (0, MAX_KEPT_DAYS),
}
_NO_URL = (
    "Write an address like https://filter.example/check, without a password and "
    "without anything behind a question mark."
)
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePolicy:
    """The settings of a site. Every field has a default that is safe to run with."""

    origins: tuple[str, ...] = ()
    """Web origins of the blog, such as ``https://blog.example``."""
    query_keys: tuple[str, ...] = ()
    """Query keys that tell pages apart, such as ``p``; all others are dropped."""
    mode: Mode = "doubtful"
    """Which comments wait for a moderator: ``all``, those of ``new`` writers,
    or only ``doubtful`` ones."""
    held_from: float = 0.5
    """Score from which a comment is held, 0.0-1.0."""
    spam_from: float = 0.95
    """Score from which a comment is called spam, 0.0-1.0, not below ``held_from``."""
    required: tuple[str, ...] = ("name", "email")
    """Fields that must be filled besides the comment itself."""
    edit_seconds: int = 900
    """How long a writer may edit or take back a comment; 0 means never."""
    max_depth: int = 5
    """Depth to which replies nest; deeper ones hang on the last level."""
    close_after_days: int = 0
    """Days after which a thread closes, counted from its first comment; 0 is never."""
    budget: float = 0.01
    """Share of good comments that may be called spam by mistake, 0.001-0.1."""
    audit_share: float = 0.05
    """Share of what checks alone publish or call spam that a moderator is asked about,
    0.0-1.0."""
    checks: Mapping[str, CheckMode] = field(default_factory=dict)
    """Modes of checks by name, as far as they are not the usual ones."""
    origin_days: int = MAX_ORIGIN_DAYS
    """Days after which the IP address and user agent of a comment are dropped, 1-30."""
    spam_days: int = 0
    """Days after which a comment called spam is emptied; 0 is never."""
    trash_days: int = 0
    """Days after which a trashed comment is emptied; 0 is never."""
    consent: str = ""
    """What a writer must agree to by ticking a box; empty asks for nothing."""
    akismet_url: str = AKISMET_URL
    """Where the check ``akismet`` asks: Akismet, or what speaks like it."""
    akismet_address: bool = False
    """The check ``akismet`` is told the writer's e-mail address, too."""
    custom_url: str = ""
    """Where the check ``custom`` asks; empty for nowhere."""
    custom_address: bool = False
    """The check ``custom`` is told the writer's e-mail address, too."""

    def check_mode(self, name: str) -> CheckMode:
        """The mode in which a check runs."""
        return self.checks.get(name, usual_mode(name))

    def to_json(self) -> dict[str, Any]:
        """The policy as JSON values."""
        return {
            k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "SitePolicy":
        """A policy from stored JSON; unknown keys are dropped, missing ones default."""
        known = {f.name for f in fields(cls)}
        given: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in data.items()
            if name in known
        }
        modes = given.get("checks", {})
        given["checks"] = {n: m for n, m in modes.items() if n in CHECK_NAMES}
        return cls(**given)


def normal_origin(text: str) -> str | None:
    """``scheme://host[:port]`` in lower case without a default port, or None.

    The form that browsers send in the ``Origin`` header (RFC 6454, section 6.2), so a
    host that is not ASCII has none: browsers send its ``xn--`` form.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    if parts.username is not None or parts.password is not None:
        return None
    host = parts.hostname
    # An origin becomes part of headers, so nothing else may stand in it.
    if not _HOST.fullmatch(host):
        return None
    if ":" in host:
        host = f"[{host}]"
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if port in (None, default) else f":{port}")


def _bounded(
    errors: dict[str, list[str]],
    name: str,
    value: float,
    top: float,
    bottom: float,
) -> None:
    if not bottom <= value <= top:
        errors[name] = [f"Give a number from {bottom:g} to {top:g}, not {value:g}."]


def _normal_origins(
    errors: dict[str, list[str]], given: Iterable[str]
) -> tuple[str, ...]:
    origins = []
    for origin in given:
        normal = normal_origin(origin)
        if normal is None:
            errors["origins"] = [
                (
                    f"{origin!r} is not an origin; write it like https://blog.example, "
                    "a host that is not ASCII in its xn-- form."
                )
            ]
        else:
            origins.append(normal)
    if len(origins) > MAX_ORIGINS:
        errors["origins"] = [f"At most {MAX_ORIGINS} origins."]
    return tuple(dict.fromkeys(origins))


def _one_line(errors: dict[str, list[str]], name: str, text: str) -> str:
    line = " ".join(text.split())
    if len(line) > MAX_CONSENT_CHARS or not line.isprintable():
        errors[name] = [f"At most {MAX_CONSENT_CHARS} characters that can be shown."]
    return line


def _are_keys(keys: Iterable[str]) -> bool:
    keys = tuple(keys)
    return len(keys) <= MAX_QUERY_KEYS and all(
        0 < len(key) <= MAX_QUERY_KEY_CHARS and key.isprintable() and " " not in key
        for key in keys
    )


def _normal_url(
    errors: dict[str, list[str]], name: str, given: str, default: str
) -> str:
    url = normal_url(given) if given.strip() else default
    if url is None:
        errors[name] = [_NO_URL]
    return url or ""


def checked(policy: SitePolicy) -> SitePolicy:
    """The policy with its origins in normal form, and without what goes unsaid.

    :raises InvalidInput: naming every field that is out of range, and the mend.
    """
    errors: dict[str, list[str]] = {}
    if policy.mode not in get_args(Mode):
        errors["mode"] = [f"Choose one of {', '.join(get_args(Mode))}."]
    for name, (bottom, top) in _BOUNDS.items():
        _bounded(errors, name, getattr(policy, name), top, bottom)
    consent = _one_line(errors, "consent", policy.consent)
    wrong = list(mistakes(policy.checks))
    if wrong:
        errors["check"] = wrong
    if policy.spam_from < policy.held_from:
        errors["spam_from"] = ["It must not be below held_from."]
    if not _are_keys(policy.query_keys):
        errors["query_keys"] = [
            f"At most {MAX_QUERY_KEYS} keys of 1-{MAX_QUERY_KEY_CHARS} letters each."
        ]
    unknown = sorted(set(policy.required) - {"name", "email"})
    if unknown:
        errors["required"] = [f"Only name and email can be required, not {unknown}."]
    origins = _normal_origins(errors, policy.origins)
    akismet_url = _normal_url(errors, "akismet_url", policy.akismet_url, AKISMET_URL)
    custom_url = _normal_url(errors, "custom_url", policy.custom_url, "")
    if errors:
        raise InvalidInput(errors)
    return replace(
        policy,
        origins=origins,
        checks=_unusual(policy.checks),
        akismet_url=akismet_url,
        custom_url=custom_url,
        consent=consent,
    )


def _unusual(checks: Mapping[str, CheckMode]) -> dict[str, CheckMode]:
    return {name: mode for name, mode in checks.items() if mode != usual_mode(name)}
