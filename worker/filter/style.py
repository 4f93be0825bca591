"""Facts about how a comment is written, in few steps each, and in words for people."""

import re
from collections.abc import Iterator, Sequence

from service.domain.checking import Reading
from service.text.addresses import find_addresses
from service.text.hosts import host_of
from service.text.normal_form import HIDDEN_ADDRESS

MAX_HIDDEN = 20
"""Hidden addresses that are looked into."""

_LETTERS = re.compile(r"[^\W\d_]+")
_CAPITALS = re.compile("[A-Z\u00c0-\u00de\u0410-\u042f\u0391-\u03a9]")
_EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,200}\.[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w.])\+?\d[\d ()-]{7,18}\d(?![\w.])")
_MONEY = re.compile(r"[$€£¥₽]\s?\d|\d\s?(?:[$€£¥₽%]|usd|eur)\b", re.IGNORECASE)
_EMOJI = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_NAME_HOST = re.compile(
    r"\w\.(?:com|net|org|info|ru|xyz|shop|online)\b|://|www\.", re.IGNORECASE
)

_MOMENT = re.compile(r"(?:\d{1,2}:)?\d{1,2}:\d{2}")

_LINKS = (0, 1, 2, 5)
_WORDS = (0, 3, 8, 20, 50, 120)
_SHARES = (0.0, 0.02, 0.08, 0.3, 0.6)
_SIGNS = (0, 1, 3, 8)
_NAME_WORDS = (0, 1, 2, 3, 5)

_SCRIPTS = (
    ("cyrillic", re.compile("[\u0400-\u052f]")),
    ("greek", re.compile("[\u0370-\u03ff]")),
    ("arabic", re.compile("[\u0600-\u06ff]")),
    ("east-asian", re.compile("[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]")),
    ("indic", re.compile("[\u0900-\u0dff]")),
    ("thai", re.compile("[\u0e00-\u0eff]")),
)


def _step(value: float, steps: Sequence[float]) -> int:
    """How many of the steps lie below the value."""
    return sum(value > step for step in steps)


def hidden_addresses(reading: Reading) -> list[str]:
    """Addresses that were written so that programs miss them; at most `MAX_HIDDEN`.

    They count as the links that they stand for.
    """
    if HIDDEN_ADDRESS not in reading.markers:
        return []
    known = {link.url.lower() for link in reading.links}
    places = list(find_addresses(reading.normal))[:MAX_HIDDEN]
    found = (reading.normal[start:end] for start, end in places)
    return [address for address in found if address not in known]


def style_of(reading: Reading) -> tuple[str, ...]:
    """The facts, each a short code such as ``links:2``; distinct, in a fixed order.

    They come from the source text, before its tricks are undone, and hold nothing of
    the text itself.
    """
    return tuple(dict.fromkeys((*_of_text(reading), *_of_writer(reading))))


def _of_text(reading: Reading) -> Iterator[str]:
    text = reading.text
    size = max(1, len(text))
    hidden = hidden_addresses(reading)
    links = len(reading.links) + len(hidden)
    letters = sum(map(len, _LETTERS.findall(text)))
    yield f"links:{_step(links, _LINKS)}"
    yield f"words:{_step(len(reading.words), _WORDS)}"
    if links:
        yield f"words-to-link:{_step(len(reading.words) / links, _WORDS)}"
        hosts = {*reading.hosts, *map(host_of, hidden)} - {""}
        yield f"hosts:{_step(len(hosts), _LINKS)}"
    yield from (f"markup:{link.markup}" for link in reading.links)
    if hidden:
        yield "markup:bare"
    yield from (f"label:{_label_kind(link.label)}" for link in reading.links)
    capitals = len(_CAPITALS.findall(text)) / max(1, letters)
    yield f"capitals:{_step(capitals, _SHARES)}"
    yield f"no-letters:{_step(1 - letters / size, (0.25, 0.4, 0.6))}"
    yield f"exclamation:{_step(text.count('!'), _SIGNS)}"
    yield f"questions:{_step(text.count('?'), _SIGNS)}"
    yield f"lines:{_step(text.count(chr(10)), _SIGNS)}"
    yield f"longest:{_step(max(map(len, reading.words), default=0), (8, 14, 20, 30))}"
    digits = sum(map(text.count, "0123456789"))
    yield f"digits:{_step(digits / size, _SHARES)}"
    yield f"emoji:{_step(len(_EMOJI.findall(text)), _SIGNS)}"
    yield from (f"marker:{marker}" for marker in sorted(reading.markers))
    for fact, pattern in (("email", _EMAIL), ("phone", _PHONE), ("money", _MONEY)):
        if pattern.search(text):
            yield fact
    if not text.isascii():
        yield from (f"script:{name}" for name, seen in _SCRIPTS if seen.search(text))


def _label_kind(label: str) -> str:
    """What a link is shown as: a moment of a film, an address, words, or itself."""
    label = label.strip()
    if not label:
        return "none"
    if _MOMENT.fullmatch(label):
        return "moment"
    return "address" if _NAME_HOST.search(label) else "words"


def _of_writer(reading: Reading) -> Iterator[str]:
    name, website = reading.name.strip(), reading.website
    words = name.split()
    yield f"name-words:{_step(len(words), _NAME_WORDS)}"
    if not words:
        return
    if name == name.lower() and name != name.upper():
        yield "name-lower"
    if any(char.isdecimal() for char in name):
        yield "name-digits"
    if _NAME_HOST.search(name):
        yield "name-host"
    if not reading.website_host:
        yield "website:none"
        return
    path = website.partition("://")[2].partition("/")[2].strip("/")
    yield f"website:{'page' if path else 'home'}"
    yield f"website-hyphens:{_step(reading.website_host.count('-'), (0, 1))}"
    if any(link.host == reading.website_host for link in reading.links):
        yield "website-linked"
    joined = "".join(char for char in name.lower() if char.isalnum())
    if joined and joined in reading.website_host.replace("-", ""):
        yield "name-in-website"


_WORDED = {
    "links:2": "it has two links",
    "links:3": "it has several links",
    "links:4": "it has many links",
    "words:0": "it has no words",
    "markup:bbcode": "links are written as [url]",
    "markup:html": "links are written as HTML",
    "capitals:5": "it is mostly capitals",
    "exclamation:3": "it has many exclamation marks",
    "exclamation:4": "it has many exclamation marks",
    "emoji:3": "it has many emoji",
    "emoji:4": "it has many emoji",
    "email": "an e-mail address stands in the text",
    "phone": "a phone number stands in the text",
    "money": "it names a sum of money",
    "name-lower": "the name has no capital",
    "name-digits": "the name has digits",
    "name-host": "the name is a web address",
    "name-words:4": "the name has several words",
    "name-words:5": "the name has many words",
    "website:page": "the website is a page deep inside a site",
    "website-linked": "the text links to the writer's website",
    "name-in-website": "the name is that of the website",
    "script:cyrillic": "it has Cyrillic letters",
    "script:east-asian": "it has East Asian letters",
    "script:arabic": "it has Arabic letters",
    "marker:bidi": "hidden marks turn the reading direction",
    "marker:combining": "letters carry stray accents",
    "marker:entities": "letters are written as HTML codes",
    "marker:fancy-letters": "letters are look-alikes from symbol blocks",
    "marker:mixed-script": "words mix letters of several scripts",
    "marker:zero-width": "invisible characters stand in the text",
    "marker:hidden-address": "an address is written so that programs miss it",
    "marker:letters-apart": "letters of words are set apart",
    "marker:leet": "digits stand for letters",
    "marker:split-words": "tags stand inside words",
    "marker:stretched": "letters are repeated",
}


def in_words(fact: str) -> str:
    """The fact as a clause that a moderator reads; empty for one not worth reading."""
    return _WORDED.get(fact, "")
