"""Words of somebody else, sent again with a link: spam that looks like praise."""

from collections.abc import Iterator

from service.domain.checking import CheckInput
from service.domain.findings import Finding
from service.domain.status import Status
from service.text.words import words_of
from worker.checks.own_site import own_hosts
from worker.checks.parts import Part, counted, finding

MIN_WORDS = 8
"""Real readers repeat texts with fewer words, such as "Thanks, this helped me"."""
MIN_TITLE_WORDS = 3
MAX_TITLE_EXTRA = 2
"""Words besides the page's title that still make a comment nothing but the title."""

_COPIED = 1.0
_NEARLY = 0.5
_TITLE = 0.3
"""Modest, since notices of other pages repeat what they quote: the wait is what counts.
`repeats` says its own of texts that came before."""


def _has_link(given: CheckInput) -> bool:
    """True if anything leads away from the blog."""
    own = own_hosts(given.evidence.policy)
    reading = given.reading
    named = (*reading.hosts, reading.website_host)
    return any(host and host not in own for host in named)


def _is_title(given: CheckInput) -> bool:
    title = set(words_of(given.evidence.page.title))
    words = given.reading.words
    if len(title) < MIN_TITLE_WORDS or len(words) > 2 * len(title) + MAX_TITLE_EXTRA:
        return False
    extra = [word for word in words if word not in title]
    return title <= set(words) and len(extra) <= MAX_TITLE_EXTRA


def _part(given: CheckInput) -> Part | None:
    alike = given.evidence.alike
    if len(given.reading.words) >= MIN_WORDS:
        if alike.copied:
            where = "this page" if alike.copied_here else "this site"
            return Part(
                _COPIED,
                f"{counted(alike.copied, 'published comment')} by somebody else on "
                f"{where} has the same words, and this one adds a link or website"
                if alike.copied == 1
                else f"{alike.copied} published comments by others on {where} have the "
                "same words, and this one has a link or website",
            )
        if alike.nearly_copied:
            others = counted(alike.nearly_copied, "published comment")
            words = f"nearly the words of {others} by others, with a link or website"
            return Part(_NEARLY, words)
    if _is_title(given):
        return Part(_TITLE, "it is only the page's title, with a link or website")
    return None


def _parts(given: CheckInput) -> Iterator[Part]:
    part = _part(given) if _has_link(given) else None
    if part is not None:
        yield part


def copied(given: CheckInput) -> Finding | None:
    """Holds what repeats a published comment of somebody else and leads elsewhere.

    Nothing for a writer with a proven past, who may well repeat what was said.
    """
    if given.evidence.proven_published > 0:
        return None
    alike = given.evidence.alike
    said = list(_parts(given))
    detail = {"copied": alike.copied, "nearly_copied": alike.nearly_copied}
    # What only comes near may quote the other comment, and then say something.
    is_copy = bool(said) and said[0].log_odds >= _COPIED
    return finding("copied", said, detail, Status.HELD if is_copy else None)
