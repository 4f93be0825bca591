"""The same words before, or nearly the same by others."""

from collections.abc import Iterator

from service.domain.checking import Alike, CheckInput
from service.domain.findings import Finding
from worker.checks.own_site import own_hosts
from worker.checks.parts import Part, counted, finding

SHORT_WORDS = 8
"""Real readers repeat texts with fewer words, such as "Thanks, this helped me"."""
MOST_FOR_SHORT = 1.0

# In measured blog spam 12, 8 and 23 % had a near-duplicate, in good comments 8, 2 and
# 0 %, of which most were notices of the owner's own pages.
_SPAM_FIRST, _SPAM_EACH, _SPAM_MOST = 2.0, 0.5, 3.5
_PAGES_FIRST, _PAGES_EACH, _PAGES_MOST = 1.5, 0.5, 3.0
_SAME_FIRST, _SAME_EACH, _SAME_MOST = 0.5, 0.3, 1.5
_NEAR_FIRST, _NEAR_EACH, _NEAR_MOST = 1.0, 0.4, 2.5
OLDER_SHARE = 0.5
"""What near-duplicates count that did not come within a day: a flood lasts for hours,
and good comments that are alike (notices of a series of pages) come days apart."""


def _grown(number: int, first: float, each: float, most: float) -> float:
    return min(most, first + each * (number - 1))


def _same(given: CheckInput) -> Part | None:
    alike = given.evidence.alike
    if alike.same_other_pages > 0:
        places = counted(alike.same_other_pages, "time")
        return Part(
            _grown(alike.same_other_pages, _PAGES_FIRST, _PAGES_EACH, _PAGES_MOST),
            f"the same words came {places} before on other pages",
        )
    if alike.same > 0:
        return Part(
            _grown(alike.same, _SAME_FIRST, _SAME_EACH, _SAME_MOST),
            f"the same words came {counted(alike.same, 'time')} before on this page",
        )
    return None


def _near(alike: Alike) -> Part:
    times = counted(alike.near, "time")
    weight = _grown(alike.near, _NEAR_FIRST, _NEAR_EACH, _NEAR_MOST)
    if alike.near_today == 0:
        words = f"other writers sent nearly the same {times} in days"
        return Part(OLDER_SHARE * weight, words)
    today = f", {alike.near_today} of them within a day"
    return Part(weight, f"other writers sent nearly the same {times}{today}")


def _parts(given: CheckInput) -> Iterator[Part]:
    alike = given.evidence.alike
    if alike.spam > 0:
        yield Part(
            _grown(alike.spam, _SPAM_FIRST, _SPAM_EACH, _SPAM_MOST),
            f"{counted(alike.spam, 'comment')} like it "
            + ("is spam" if alike.spam == 1 else "are spam"),
        )
    same = _same(given)
    if same is not None:
        yield same
    if alike.near > 0:
        yield _near(alike)


def _short(given: CheckInput) -> list[Part]:
    """A short text alone says nothing; like spam it says a little."""
    spam = given.evidence.alike.spam
    if spam <= 0:
        return []
    words = counted(spam, "short comment")
    alike = f"{words} with these words {'is' if spam == 1 else 'are'} spam"
    return [Part(min(MOST_FOR_SHORT, 0.2 * spam), alike)]


def repeats(given: CheckInput) -> Finding | None:
    """What earlier comments with the same or nearly the same words say.

    Nothing where the website is the blog's own: notices that its pages send to each
    other are alike, and were most of the good comments with a near-duplicate.
    """
    if given.reading.website_host in own_hosts(given.evidence.policy):
        return None
    alike = given.evidence.alike
    is_short = len(given.reading.words) < SHORT_WORDS
    parts = _short(given) if is_short else list(_parts(given))
    detail = {
        "same": alike.same,
        "same_other_pages": alike.same_other_pages,
        "near": alike.near,
        "spam": alike.spam,
        "words": len(given.reading.words),
    }
    return finding("repeats", parts, detail)
