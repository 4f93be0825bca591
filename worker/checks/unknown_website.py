"""A new writer whose website nobody here has seen: where copied praise is found out.

Good words with a bad website are what no look at the text tells apart, so such a
comment waits for a person (SPAM.md 3.5). Once it was published, its host is known.
Where everything else together speaks for the comment it need not wait: that keeps most
of what the check gains, for a third of what it cost good comments (`docs/filter.md`).
"""

from service.domain.checking import CheckInput
from service.domain.findings import SILENT_SCORE, Finding
from service.domain.status import Status
from worker.checks.big_hosts import BIG_HOSTS
from worker.checks.own_site import own_hosts
from worker.checks.parts import Part, finding, shown

YOUNG_BELOW = 10
"""A site with fewer published comments that a moderator can have seen knows no hosts
yet, and all would wait."""
_ON_YOUNG = Part(0.3, "a new writer gives a website, on a site too young to know any")
"""Elsewhere it is the wait that counts: most writers with a website are readers."""


def unknown_website(given: CheckInput) -> Finding | None:
    """Holds a comment whose new writer gives a website on a host not known here.

    Known are hosts of published comments (see `Evidence.known_hosts`), the blog's own,
    and places such as ``github.com``, whose pages are those of very many people. On a
    young site (see `Evidence.site_seen`) it only speaks a little against it. It does
    not hold a comment whose score is below that of silence.
    """
    evidence, host = given.evidence, given.reading.website_host
    if not host or evidence.proven_published > 0:
        return None
    if host in evidence.known_hosts or host in BIG_HOSTS:
        return None
    if host in own_hosts(evidence.policy):
        return None
    is_young = evidence.site_seen < YOUNG_BELOW
    words = f"a new writer gives a website that is not known here, {shown(host)}"
    return finding(
        "unknown_website",
        [_ON_YOUNG if is_young else Part(0.0, words)],
        {"host": shown(host), "site_seen": evidence.site_seen},
        None if is_young else Status.HELD,
        lapses_below=SILENT_SCORE,
    )
