"""Check inputs built by hand, for comments that differ in one thing each."""

from typing import Any

from service.domain.checking import CheckInput, Evidence, Link, Reading

TEXT = "thank you for this clear page it helped me set up my printer"
WORDS = tuple(TEXT.split())


def link(host: str = "shop.example.com", **changes: Any) -> Link:
    """A bare link to the host, but for the changes."""
    return Link(**{"url": f"https://{host}/", "host": host, **changes})


def reading(**changes: Any) -> Reading:
    """An ordinary comment of thirteen words, but for the changes."""
    plain = {
        "name": "Ada Reader",
        "website": "",
        "website_host": "",
        "text": TEXT,
        "words": WORDS,
        "links": (),
        "hosts": (),
        "normal_hash": "0" * 32,
        "bands": (),
    }
    return Reading(**{**plain, **changes})


def comment(
    read: dict[str, Any] | None = None,
    known: dict[str, Any] | None = None,
    **arrived: Any,
) -> CheckInput:
    """An ordinary comment of which nothing is known, but for the changes."""
    return CheckInput(
        reading=reading(**(read or {})), evidence=Evidence(**(known or {})), **arrived
    )
