"""Of a comment's hosts those by which comments are alike."""

from service.domain.checking import Reading
from service.domain.policy import SitePolicy
from worker.checks.big_hosts import BIG_HOSTS
from worker.checks.own_site import own_hosts
from worker.checks.shorteners import SHORTENERS


def telling_hosts(reading: Reading, policy: SitePolicy) -> tuple[str, ...]:
    """Its hosts without the site's own, and without those that very many link to."""
    own = own_hosts(policy)
    named = dict.fromkeys((*reading.hosts, reading.website_host))
    return tuple(
        host for host in named if host and host not in own | BIG_HOSTS | SHORTENERS
    )
