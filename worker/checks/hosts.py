"""What moderators decided before on comments with the same link hosts.

The cheapest strong check: in three measured blogs 60, 72 and 72 % of the spam linked
to a host of earlier spam, and none of 428 good comments did.
"""

from math import log

from service.domain.checking import CheckInput, Tally
from service.domain.findings import LOG_ODDS_LIMIT, Finding
from worker.checks.big_hosts import BIG_HOSTS
from worker.checks.own_site import own_hosts
from worker.checks.parts import Part, counted, finding, shown
from worker.checks.shorteners import SHORTENERS

HALF = 0.5
"""Added to both counts, so that one decision does not weigh without end
(Krichevsky and Trofimov 1981)."""
SHARED = 3.0
"""The same for a host that very many people link to: what one of them wrote says little
about the next, so it takes some decisions before it does."""
MAX_SHOWN = 5


def _added(host: str) -> float:
    return SHARED if host in SHORTENERS or host in BIG_HOSTS else HALF


def weight_of(tally: Tally, added: float = HALF) -> float:
    """Log-odds that the decisions on one host speak against it, from 0 to 4.

    They never speak for it: anybody can link to a well-known host. Trashed comments
    do not count, because links are seldom why they were trashed. What has faded does
    not count either: domains are given up, and sold to others.

    :param added: to both counts; the more, the more decisions it takes.
    """
    spam = tally.spam - tally.faded_spam
    published = tally.published - tally.faded_published
    odds = 2 * log((max(0.0, spam) + added) / (max(0.0, published) + added))
    return max(0.0, min(LOG_ODDS_LIMIT, odds))


def hosts(given: CheckInput) -> Finding | None:
    """The worst of the comment's hosts, the website's among them; never negative."""
    own = own_hosts(given.evidence.policy)
    mine = dict.fromkeys((*given.reading.hosts, given.reading.website_host))
    tallies = given.evidence.host_tallies
    weighed = [
        (weight_of(tallies[host], _added(host)), host)
        for host in mine
        if host and host not in own and host in tallies
    ]
    ranked = sorted((pair for pair in weighed if pair[0] > 0), reverse=True)[:MAX_SHOWN]
    if not ranked:
        return None
    weight, worst = ranked[0]
    tally = tallies[worst]
    bad = counted(tally.spam, "comment")
    words = f"moderators called {bad} with links to {shown(worst)} spam"
    if tally.published:
        words += f" and published {tally.published}"
    detail = {
        "hosts": {
            shown(host): {
                "published": tallies[host].published,
                "spam": tallies[host].spam,
            }
            for _, host in ranked
        }
    }
    return finding("hosts", [Part(weight, words)], detail)
