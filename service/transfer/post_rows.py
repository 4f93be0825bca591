"""Which number a post had in WordPress, and its address: rows of a file."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from service.domain.errors import InvalidInput
from service.domain.pages import page_key
from service.domain.policy import SitePolicy

_PLAIN = frozenset({"p", "page_id", "attachment_id"})
"""Query keys by which WordPress tells posts apart that have no path of their own."""


@dataclass(frozen=True, slots=True)
class PostRow:
    """A row of the file, as it stands there."""

    line: int
    number: str
    address: str


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out, and why."""

    line: int
    why: str


@dataclass(slots=True)
class PostPages:
    """What a file says of a site's posts."""

    pages: dict[int, str] = field(default_factory=dict)
    """Key of the page by the post's number."""
    bad: list[BadRow] = field(default_factory=list)


def read_posts(rows: Iterable[PostRow], policy: SitePolicy, *, most: int) -> PostPages:
    """The pages of a site that the rows name; those that cannot be are told by line.

    :param most: the largest number that a post may have.
    """
    found = PostPages()
    for row in rows:
        try:
            number, page = _number(row.number, most), _page(row.address, policy)
        except ValueError as err:
            found.bad.append(BadRow(row.line, str(err)))
            continue
        if found.pages.setdefault(number, page) != page:
            why = f"Number {number} was given to another address before."
            found.bad.append(BadRow(row.line, why))
    return found


def _number(text: str, most: int) -> int:
    text = text.strip()
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(most))
    if not is_number or not 1 <= int(text) <= most:
        raise ValueError(f"The number must be a whole one from 1 to {most}.")
    return int(text)


def _page(address: str, policy: SitePolicy) -> str:
    try:
        page = page_key(address, policy)
    except InvalidInput as err:
        raise ValueError(" ".join(err.errors["page"])) from None
    dropped = _keys(address) & _PLAIN - _keys(page)
    if dropped:
        # Without its key the address would be that of the front page.
        key = min(dropped)
        raise ValueError(
            f"The site drops the query key {key!r}, which tells this post from others. "
            f"First run: foyer site set KEY --query-key {key}"
        )
    return page


def _keys(address: str) -> set[str]:
    try:
        return {key for key, _ in parse_qsl(urlsplit(address).query)}
    except ValueError:
        return set()
