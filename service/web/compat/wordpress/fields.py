"""What both of WordPress's doors read: numbers, and limits that are in bytes."""

import re
from collections.abc import Mapping

from service.operations.sites import SiteView

MAX_BYTES: Mapping[str, int] = {
    "comment": 65_525,
    "name": 245,
    "email": 100,
    "website": 200,
}
"""WordPress's limits, by our own names of the fields, where ours may be wider."""

_NUMBER = re.compile(r"[0-9]{1,15}")


def whole_number(text: str) -> int | None:
    """The number that the text is; None for anything else."""
    text = text.strip()
    return int(text) if _NUMBER.fullmatch(text) else None


def too_long(values: Mapping[str, str]) -> dict[str, list[str]]:
    """Which fields have too many bytes of UTF-8, in words."""
    return {
        name: [f"At most {most:,} bytes, please; other letters than a-z take several."]
        for name, most in MAX_BYTES.items()
        if len(values.get(name, "").encode("utf-8", "replace")) > most
    }


def unknown_post(site: SiteView, number: int | None) -> str:
    """That no page is known by this number, and what the blog's owner can do."""
    which = "No post was named" if number is None else f"Post {number} is not known"
    return (
        f"{which} here. If this is your blog, tell once which address each of its "
        f"posts has: foyer site map-posts {site.key} FILE"
    )
