"""What each check looks at, and its modes, in the page's language."""

from service.web.language import gettext, mark

LOOKS_AT = {
    "lists": mark("entries of the block lists"),
    "rules": mark("rules on trial, which only say what they would have done"),
    "waiting": mark("whom the site lets wait in any case"),
    "form": mark("how the form was sent: trap, token, time, origin"),
    "history": mark("earlier comments of the writer, the address and the network"),
    "hosts": mark("what moderators decided on links to the same hosts"),
    "repeats": mark("the same or nearly the same words before"),
    "copied": mark("words of an earlier comment or of the page's title, with a link"),
    "links": mark("links in the text"),
    "website": mark("the website that a new writer gives"),
    "unknown_website": mark("whether a new writer's website is known on the site"),
    "writer_name": mark("the writer's name"),
    "template": mark("open choices of a comment program"),
    "disguise": mark("letters that hide words"),
    "language": mark("another script or language than that of the page"),
    "address_domain": mark("whether the address's domain takes mail"),
    "model": mark("words and style, as the filter has learned them"),
    "akismet": mark(
        "what Akismet, or what speaks like it, says; it is told of comments"
    ),
    "custom": mark("what a service of your own says; it is told of comments"),
}
"""As `service.domain.check_names.CHECK_NAMES` has it, marked to be translated."""

_MODES = {"on": mark("on"), "log": mark("log"), "off": mark("off")}


def looks_at(check: str) -> str:
    """What a check looks at; empty for one that is not known."""
    return gettext(LOOKS_AT[check]) if check in LOOKS_AT else ""


def mode_words(mode: str, *, is_present: bool) -> str:
    """The mode of a check, or one in which it ran before."""
    words = gettext(_MODES.get(mode, mode))
    return words if is_present else gettext("%(mode)s, before", mode=words)
