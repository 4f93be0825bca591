"""Safe HTML of a comment with its links made harmless, for what is not published.

A moderator must see where a link leads without being able to follow it by accident.
"""

import re
from html import unescape
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from service.web.html import SafeHtml

# As the sanitiser writes it: quoted attributes, quotation marks in them escaped, and
# never a link inside a link.
_LINK = re.compile(r'<a((?: [a-z]+="[^"]*")*)>(.*?)</a>', re.DOTALL)
_HREF = re.compile(r' href="([^"]*)"')
_LEFT_OVER = re.compile(r"<(/?)a\b")


def shown_address(address: str) -> Markup:
    """The address as text, its host emphasised."""
    try:
        host = urlsplit(address).netloc.rpartition("@")[2]
    except ValueError:
        host = ""
    if not host:
        return escape(address)
    before, _, after = address.partition(host)
    return Markup("{}<strong>{}</strong>{}").format(before, host, after)


def _shown_link(link: re.Match[str]) -> str:
    href = _HREF.search(link[1])
    words = f'<span class="link">{link[2]}</span>'
    if href is None:
        return words
    address = unescape(href[1])
    target = f'<span class="target" dir="ltr">{shown_address(address)}</span>'
    # An address that was written as it is need not be shown twice.
    return target if unescape(link[2]) == address else f"{words} {target}"


def unlinked(html: str) -> SafeHtml:
    """The same HTML, each link replaced by its words and its address as text.

    :param html: as `service.text.render` makes it; it is not made any safer here.
    """
    # What does not look as expected loses its links all the same.
    return SafeHtml(_LEFT_OVER.sub(r"<\1span", _LINK.sub(_shown_link, html)))
