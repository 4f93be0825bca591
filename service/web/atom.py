"""Atom documents (RFC 4287): elements whose text is always escaped, and fit for XML."""

import re
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

ATOM = "http://www.w3.org/2005/Atom"
KIND = "application/atom+xml; charset=utf-8"

# Everything that is no Char of XML 1.0 (section 2.2).
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def fit(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return _NO_XML.sub("", text)


def add(parent: Element, tag: str, text: str = "", /, **attributes: str) -> Element:
    """A new element in ``parent``; what is in its attributes must be `fit`, too."""
    element = SubElement(parent, tag, {n: fit(v) for n, v in attributes.items()})
    element.text = fit(text) or None
    return element


def add_link(
    parent: Element, rel: str, href: str, kind: str = "", **more: str
) -> Element:
    """A new link in ``parent``.

    :param kind: content type of what it leads to.
    """
    attributes = {"rel": rel, "href": href} | ({"type": kind} if kind else {})
    return add(parent, "link", **attributes, **more)


def time_text(moment: datetime) -> str:
    """A time in UTC, to the second."""
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def document(root: Element) -> bytes:
    """The whole as UTF-8."""
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written
