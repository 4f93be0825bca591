"""Why a text is no e-mail address, in sentences that quote nothing of it."""

from collections.abc import Callable
from enum import StrEnum

from email_validator import (
    SPECIAL_USE_DOMAIN_NAMES,
    EmailNotValidError,
    validate_email,
)

from service.domain.submission import MAX_EMAIL_CHARS

_MAX_LOCAL_BYTES = 64  # RFC 5321, section 4.5.3.1.1


class Mistake(StrEnum):
    """What can be wrong with an address, as a sentence for whoever typed it."""

    EMPTY = "Enter an e-mail address."
    TOO_LONG = f"An e-mail address has at most {MAX_EMAIL_CHARS} characters."
    NO_AT = "An e-mail address needs an @."
    NAME = "Enter the address alone, without a name or angle brackets."
    SPACE = "An e-mail address has no spaces in it."
    QUOTED = "Addresses with quotation marks are not taken here."
    BRACKETS = "After the @, a domain name is needed, not a number in brackets."
    MANY_AT = "An e-mail address has only one @."
    NO_LOCAL = "Something is missing before the @."
    NO_DOMAIN = "Something is missing after the @."
    DOTS = "A dot cannot come first, last, next to the @ or next to another dot."
    LONG_LOCAL = "The part before the @ is too long."
    RESERVED = "The part after the @ is a reserved name that gets no mail."
    SHORT_DOMAIN = "The part after the @ is incomplete: its ending is missing."
    BAD_DOMAIN = "The part after the @ is not a domain name that can get mail."
    BAD_LOCAL = "The part before the @ has a character that cannot stand there."


class BadAddress(ValueError):
    """A text is no e-mail address; the message never holds any part of it.

    :param mistake: what is wrong; its text is the message.
    """

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.value)
        self.mistake = mistake


def mistake_in(text: str) -> Mistake:
    """The first thing wrong with a text that is known to be no address."""
    for mistake, applies in _WHOLE:
        if applies(text):
            return mistake
    local, _, domain = text.rpartition("@")
    for mistake, applies_to in _PARTS:
        if applies_to(local, domain):
            return mistake
    # Counted in bytes, some texts are longer than in characters.
    if len(text.encode("utf-8", "replace")) > MAX_EMAIL_CHARS:
        return Mistake.TOO_LONG
    return Mistake.BAD_LOCAL


_WHOLE: tuple[tuple[Mistake, Callable[[str], bool]], ...] = (
    (Mistake.EMPTY, lambda text: not text),
    (Mistake.TOO_LONG, lambda text: len(text) > MAX_EMAIL_CHARS),
    (Mistake.NO_AT, lambda text: "@" not in text),
    (Mistake.NAME, lambda text: "<" in text or ">" in text),
    (Mistake.QUOTED, lambda text: '"' in text),
    (Mistake.SPACE, lambda text: any(letter.isspace() for letter in text)),
    (Mistake.BRACKETS, lambda text: "@[" in text),
    (Mistake.MANY_AT, lambda text: text.count("@") > 1),
)


def _dots_are_wrong(part: str) -> bool:
    return part.startswith(".") or part.endswith(".") or ".." in part


def _is_reserved(domain: str) -> bool:
    name = f".{domain.lower()}"
    return any(name.endswith(f".{reserved}") for reserved in SPECIAL_USE_DOMAIN_NAMES)


def _is_bad(domain: str) -> bool:
    try:
        validate_email(f"a@{domain}", check_deliverability=False, strict=True)
    except (EmailNotValidError, UnicodeError):
        return True
    return False


_PARTS: tuple[tuple[Mistake, Callable[[str, str], bool]], ...] = (
    (Mistake.NO_LOCAL, lambda local, _: not local),
    (Mistake.NO_DOMAIN, lambda _, domain: not domain),
    (
        Mistake.DOTS,
        lambda local, domain: _dots_are_wrong(local) or _dots_are_wrong(domain),
    ),
    (
        Mistake.LONG_LOCAL,
        lambda local, _: len(local.encode("utf-8", "replace")) > _MAX_LOCAL_BYTES,
    ),
    (Mistake.RESERVED, lambda _, domain: _is_reserved(domain)),
    (Mistake.SHORT_DOMAIN, lambda _, domain: "." not in domain),
    (Mistake.BAD_DOMAIN, lambda _, domain: _is_bad(domain)),
)
