"""An answer that is given again: as it is, compressed, or as "not modified"."""

import gzip
from collections.abc import Iterable
from dataclasses import dataclass

from service.web.front.bridge import Answer, Header
from service.web.front.subject import Subject

LEAST_COMPRESSED = 500
"""A shorter body would hardly become smaller."""
_LEVEL = 6
_OK = 200

_FORM_BYTES = 3 * 1024
"""What the headers and objects of one form take; measured."""
_MARK = b'-gzip"'
"""Two forms may not share a strong entity tag (RFC 9110, section 8.8.1)."""
_FOR_ONE = {b"set-cookie", b"content-encoding"}
"""Headers of an answer that is not the same for everybody who asks for its address."""
_LANGUAGE = b"Accept-Language"
"""What alone an answer may vary by, where the front tells such requests apart."""
_NEVER = {b"q=0", b"q=0.", b"q=0.0", b"q=0.00", b"q=0.000"}


def takes_gzip(accepted: bytes) -> bool:
    """True if this ``Accept-Encoding`` names gzip and does not forbid it."""
    for part in accepted.lower().split(b","):
        name, _, weight = part.partition(b";")
        if name.strip() in {b"gzip", b"x-gzip"}:
            return b"".join(weight.split()) not in _NEVER
    return False


def _squeezed_tag(tag: bytes) -> bytes:
    return tag[:-1] + _MARK


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
    about: int
    """What it is about: its thread, or else what was asked for."""
    squeezed: Form | None = None
    """Compressed by gzip, if that is worth it."""

    @classmethod
    def of(
        cls,
        answer: Answer,
        true_at: float,
        address: object = None,
        languages: str | None = None,
    ) -> "Kept | None":
        """The answer in this form, or None if it is not one to be given again.

        Compressing takes about 20 ms for a megabyte.

        :param address: what was asked for.
        :param languages: in which of them it was asked for; None where these do not
            tell answers apart.
        """
        tags = [value for name, value in answer.headers if name == b"etag"]
        if answer.subject is None or answer.status != _OK or len(tags) != 1:
            return None
        if answer.moved or any(name in _FOR_ONE for name, _ in answer.headers):
            return None
        varies = [value for name, value in answer.headers if name == b"vary"]
        if varies and (varies != [_LANGUAGE] or languages is None):
            return None
        tag = tags[0].removeprefix(b"W/")
        vary = b", ".join([*varies, b"Accept-Encoding"])
        plain = _form(answer.headers, answer.body, vary=vary)
        squeezed = None
        if len(answer.body) >= LEAST_COMPRESSED:
            squeezed = _form(
                plain.headers,
                gzip.compress(answer.body, _LEVEL, mtime=0),
                etag=_squeezed_tag(tag),
                content_encoding=b"gzip",
            )
        asked_for = (address, languages) if varies else address
        about = answer.subject.thread or hash(asked_for)
        return cls(answer.subject, plain, tag, true_at, about, squeezed)

    @property
    def size(self) -> int:
        """How many bytes it takes, roughly."""
        forms = [form for form in (self.plain, self.squeezed) if form]
        return sum(_FORM_BYTES + len(form.body) for form in forms)

    def form_for(self, accepted: bytes) -> Form:
        """The form for a client that sends this ``Accept-Encoding``."""
        if self.squeezed and accepted and takes_gzip(accepted):
            return self.squeezed
        return self.plain

    def is_known_by(self, none_match: bytes) -> bool:
        """True if the client has it already, by what its ``If-None-Match`` says."""
        if none_match.strip() == b"*":
            return True
        either = {self.tag, _squeezed_tag(self.tag)}
        tags = (part.strip().removeprefix(b"W/") for part in none_match.split(b","))
        return not either.isdisjoint(tags)
