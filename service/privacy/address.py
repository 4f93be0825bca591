"""From what somebody typed to an e-mail address: one rule for form, import and compat.

Syntax only, by email-validator in its strict mode; whether the domain takes mail is a
question for DNS, which is a check. Why an address is refused is worked out here, and
told in fixed sentences: the library's own messages quote the address.
"""

import unicodedata
from dataclasses import dataclass, field

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from service.domain.submission import MAX_EMAIL_CHARS
from service.privacy.address_mistakes import BadAddress, Mistake, mistake_in

__all__ = ["Address", "BadAddress", "Mistake", "parse_address"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A well-formed e-mail address; shows nothing of itself."""

    normal: str = field(repr=False)
    """As typed, in Unicode's form NFC, the domain in lower case and in its letters."""
    canonical: str = field(repr=False)
    """For comparison only: equal for addresses that differ in case or in how their
    letters are composed (The Unicode Standard, definition D145), the domain in ASCII
    (IDNA). Dots and tags before the @ count: they may be different people."""
    domain: str = field(repr=False)
    """In ASCII (IDNA), lower case."""

    @property
    def masked(self) -> str:
        """What a moderator sees before asking for more, such as ``a…@example.org``."""
        return f"{self.normal[0]}…@{self.domain}"

    @property
    def sendable(self) -> str:
        """The form for a mail's envelope: the domain in ASCII (IDNA)."""
        return f"{self.normal.rpartition('@')[0]}@{self.domain}"


def parse_address(text: str) -> Address:
    """The address in the text, white space around it aside.

    :raises BadAddress: saying in a fixed sentence what is wrong, if it is longer than
        254 characters, malformed, or under a name that never takes mail.
    """
    text = text.strip()
    validated = _validated(text)
    # Raised outside of an except block: the library's error, which quotes the
    # address, must not hang on ours as its context.
    if validated is None:
        raise BadAddress(mistake_in(text))
    local, domain = validated.local_part, validated.ascii_domain.lower()
    return Address(
        normal=f"{local}@{validated.domain.lower()}",
        canonical=f"{_caseless(local)}@{domain}",
        domain=domain,
    )


def normal_address(normal: str) -> Address:
    """The address whose normal form is given; cheaper than to parse it again.

    :raises BadAddress: as `parse_address`, which is asked where letters make a
        difference.
    """
    if not normal.isascii() or "xn--" in normal:
        return parse_address(normal)
    local, _, domain = normal.rpartition("@")
    domain = domain.lower()
    return Address(
        normal=f"{local}@{domain}", canonical=f"{local.lower()}@{domain}", domain=domain
    )


def _validated(text: str) -> ValidatedEmail | None:
    # The library takes time quadratic in the length of some domains.
    if len(text) > MAX_EMAIL_CHARS:
        return None
    try:
        return validate_email(
            text,
            allow_smtputf8=True,
            allow_empty_local=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
            allow_display_name=False,
            strict=True,
            check_deliverability=False,
            test_environment=False,
        )
    except (EmailNotValidError, UnicodeError):
        return None


def _caseless(local: str) -> str:
    folded = unicodedata.normalize("NFD", local).casefold()
    return unicodedata.normalize("NFC", folded)
