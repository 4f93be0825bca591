"""What is to be done about a writer, and what it will do, in words."""

from dataclasses import dataclass

from service.operations.writer import Standing, WriterView
from service.web.language import gettext, mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A button, and one line that says what it will do."""

    what: str
    list_name: str
    label: str
    effect: str


_CHOICES = (
    Choice(
        what="address",
        list_name="spam",
        label=mark("Block the address"),
        effect=mark("Every further comment that gives this address is spam."),
    ),
    Choice(
        what="address",
        list_name="hold",
        label=mark("Hold the address"),
        effect=mark("Every further comment that gives this address waits here."),
    ),
    Choice(
        what="address",
        list_name="trust",
        label=mark("Trust the address"),
        effect=mark(
            "Further comments count as good where the writer proves to be the same "
            "person, by the browser that sent an earlier published comment. Anybody "
            "can type an address, so the address alone is never trusted."
        ),
    ),
    Choice(
        what="network",
        list_name="hold",
        label=mark("Hold the network"),
        effect=mark(
            "Every further comment from this network waits here. People share "
            "networks, so others may be meant by it, too."
        ),
    ),
    Choice(
        what="network",
        list_name="spam",
        label=mark("Block the network"),
        effect=mark(
            "Every further comment from this network is spam, whoever writes it."
        ),
    ),
)

_STANDING = {
    ("address", "spam"): mark("The address is blocked: its comments are spam."),
    ("address", "hold"): mark("The address is held: its comments wait."),
    ("address", "trust"): mark("The address is trusted where it is proven."),
    ("origin", "spam"): mark("The network is blocked: its comments are spam."),
    ("origin", "hold"): mark("The network is held: its comments wait."),
}
_ON_TRIAL = {
    "address": mark("A rule about the address is on trial: it only logs."),
    "origin": mark("A rule about the network is on trial: it only logs."),
}
_DONE = {
    "address-spam": mark("The address is blocked from now on."),
    "address-hold": mark("Comments of this address wait from now on."),
    "address-trust": mark("The address is trusted from now on."),
    "network-spam": mark("The network is blocked from now on."),
    "network-hold": mark("Comments from this network wait from now on."),
    "off": mark("Taken back: it holds for no further comment."),
}


def choices_of(writer: WriterView) -> list[Choice]:
    """What can be done, without what is done already."""
    known = {
        "address": bool(writer.address),
        "network": writer.by_network is not None,
    }
    fields = {"address": "address", "origin": "network"}
    there = {(fields[s.field], s.list_name) for s in writer.standing}
    return [
        Choice(
            what=each.what,
            list_name=each.list_name,
            label=gettext(each.label),
            effect=gettext(each.effect),
        )
        for each in _CHOICES
        if known[each.what] and (each.what, each.list_name) not in there
    ]


def standing_words(standing: Standing) -> str:
    """What holds for the writer."""
    if standing.mode == "log":
        return gettext(_ON_TRIAL[standing.field])
    return gettext(_STANDING[standing.field, standing.list_name])


def done_words(what: str) -> str:
    """How a change is confirmed; empty for none."""
    return gettext(_DONE[what]) if what in _DONE else ""
