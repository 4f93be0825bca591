"""A page as a browser without script knows it: its elements and its forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from typing_extensions import override

_EMPTY = {"meta", "link", "input", "br", "img", "hr"}


@dataclass(slots=True)
class Element:
    """An element, and the text in it."""

    name: str
    attributes: dict[str, str]
    text: str = ""


@dataclass(slots=True)
class Form:
    """A form: where it leads, what it sends, and its buttons."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    """Words on each button, by ``name=value``."""


class Page(HTMLParser):
    """A read page.

    :param html: the whole of it.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[Element] = []
        self.forms: list[Form] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in _EMPTY:
            self._open.append(element)
        if tag == "form":
            self.forms.append(Form(element.attributes.get("action", "")))
        if tag == "input" and self.forms and "name" in element.attributes:
            value = element.attributes.get("value", "")
            self.forms[-1].fields[element.attributes["name"]] = value

    @override
    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    @override
    def handle_endtag(self, tag: str) -> None:
        while self._open:
            closed = self._open.pop()
            self._close(closed)
            if closed.name == tag:
                return

    def _close(self, element: Element) -> None:
        if not self.forms:
            return
        if element.name == "textarea":
            # The first line break after the tag is none of the text (HTML, 13.2.6.4.7).
            name = element.attributes["name"]
            self.forms[-1].fields[name] = element.text.removeprefix("\n")
        if element.name == "button" and "name" in element.attributes:
            key = f"{element.attributes['name']}={element.attributes['value']}"
            self.forms[-1].buttons[key] = element.text.strip()

    def by_id(self, wanted: str) -> Element:
        """The one element with this id."""
        (found,) = [e for e in self.elements if e.attributes.get("id") == wanted]
        return found

    def named(self, tag: str) -> list[Element]:
        """All elements of a kind, in order."""
        return [e for e in self.elements if e.name == tag]

    @property
    def heading(self) -> str:
        """The text of the first heading."""
        return " ".join(self.named("h1")[0].text.split())

    @property
    def words(self) -> str:
        """All that can be read on the page, white space aside."""
        (body,) = self.named("body")
        return " ".join(body.text.split())

    @property
    def buttons(self) -> set[str]:
        """Every button with a name, as ``name=value``."""
        return {button for form in self.forms for button in form.buttons}
