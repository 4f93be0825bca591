"""An answer that is given again: as it is, compressed, or as "not modified"."""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass, field

from service.web.front.bridge import Answer, Header
from service.web.front.subject import Subject

LEAST_COMPRESSED = 500
"""A shorter body would hardly become smaller."""
_LEVEL = 6
_OK = 200

_MARK = b'-gzip"'
# Two forms of the same may not share a strong entity tag (RFC 9110, section 8.8.1).
_OF_CONTENT = {b"content-type", b"content-length", b"content-encoding"}
_NEVER = {b"q=0", b"q=0.", b"q=0.0", b"q=0.00", b"q=0.000"}


def takes_gzip(accepted: bytes) -> bool:
    """True if this ``Accept-Encoding`` names gzip and does not forbid it."""
    for part in accepted.lower().split(b","):
        name, _, weight = part.partition(b";")
        if name.strip() in {b"gzip", b"x-gzip"}:
            return weight.replace(b" ", b"") not in _NEVER
    return False


@dataclass(frozen=True, slots=True)
class Form:
    """One form of an answer."""

    headers: list[Header]
    unmodified: list[Header]
    """Those of "304 Not Modified"."""
    body: bytes


def _form(headers: Iterable[Header], body: bytes, **new: bytes) -> Form:
    """The form with these headers, some of them anew."""
    changed = {name.replace("_", "-").encode(): value for name, value in new.items()}
    changed[b"content-length"] = str(len(body)).encode()
    kept = [(n, v) for n, v in headers if n not in changed]
    whole = [*kept, *changed.items()]
    unmodified = [
        (n, v) for n, v in whole if not n.startswith(b"content-") or b"-security" in n
    ]
    return Form(whole, unmodified, body)


@dataclass(slots=True)
class Kept:
    """What Flask answered once, ready to be sent many times."""

    subject: Subject
    plain: Form
    tag: bytes
    """Its entity tag, in quotes."""
    true_at: float
    """Monotonic time of the last moment at which it is known to have been the truth."""
    squeezed: Form | None = field(default=None)
    """Compressed by gzip, once somebody has asked for that."""

    @classmethod
    def of(cls, answer: Answer, true_at: float) -> "Kept | None":
        """The answer in this form, or None if it is not one to be given again."""
        tags = [value for name, value in answer.headers if name == b"etag"]
        if answer.subject is None or answer.status != _OK or len(tags) != 1:
            return None
        vary = [value for name, value in answer.headers if name == b"vary"]
        plain = _form(
            answer.headers, answer.body, vary=b", ".join([*vary, b"Accept-Encoding"])
        )
        return cls(answer.subject, plain, tags[0].removeprefix(b"W/"), true_at)

    @property
    def size(self) -> int:
        """How many bytes it takes, roughly."""
        # JSON of comments comes to a quarter or less with gzip.
        return 2048 + len(self.plain.body) * 5 // 4

    def may_squeeze(self) -> bool:
        """True if it is worth compressing and not compressed yet."""
        return self.squeezed is None and len(self.plain.body) >= LEAST_COMPRESSED

    def squeeze(self) -> None:
        """Make the compressed form; takes about 20 ms for a megabyte."""
        self.squeezed = _form(
            self.plain.headers,
            gzip.compress(self.plain.body, _LEVEL, mtime=0),
            etag=self._squeezed_tag,
            content_encoding=b"gzip",
        )

    @property
    def _squeezed_tag(self) -> bytes:
        return self.tag[:-1] + _MARK

    def is_known_by(self, none_match: bytes) -> bool:
        """True if the client has it already, by what its ``If-None-Match`` says."""
        if none_match.strip() == b"*":
            return True
        either = {self.tag, self._squeezed_tag}
        tags = (part.strip().removeprefix(b"W/") for part in none_match.split(b","))
        return not either.isdisjoint(tags)
