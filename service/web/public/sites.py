"""The site that the present request is about: always by its key in the address."""

from flask import g

from service.operations.sites import SiteView, site_by_key
from service.web.context import read


def the_site(key: str) -> SiteView:
    """The site with this key.

    :raises Unknown: if there is none.
    """
    site = read(lambda s: site_by_key(s, key))
    # For the headers of the answer, whatever it becomes.
    g.site_policy = site.policy
    return site
