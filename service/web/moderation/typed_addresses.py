"""E-mail addresses among what somebody types, so that they go nowhere else."""

from service.privacy.address import Address, BadAddress, parse_address

_AROUND = "<>()[]{}\"'\u2018\u2019\u201c\u201d\u00ab\u00bb,;:!?"


def _address(text: str) -> Address | None:
    if "@" not in text:
        return None
    try:
        return parse_address(text.strip(_AROUND).removeprefix("mailto:"))
    except BadAddress:
        return None


def typed_address(text: str) -> Address | None:
    """The address that the text is; None if it is something else."""
    parts = text.split()
    return _address(parts[0]) if len(parts) == 1 else None


def holds_address(text: str) -> bool:
    """True if one of the words is an address."""
    return any(_address(part) is not None for part in text.split())
