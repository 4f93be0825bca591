"""Which hosts are the blog's own: links to them speak neither for nor against."""

from urllib.parse import urlsplit

from service.domain.policy import SitePolicy


def _host(origin: str) -> str:
    try:
        return (urlsplit(origin).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def own_hosts(policy: SitePolicy) -> frozenset[str]:
    """Hosts of the site's origins, lower case, without ``www.``."""
    return frozenset(host for host in map(_host, policy.origins) if host)
