"""The site that the present request is about: always by its key in the address."""

from flask import g

from service.operations.sites import SiteView
from service.web.context import here


def the_site(key: str) -> SiteView:
    """The site with this key, as it was at most a second ago.

    :raises Unknown: if there is none.
    """
    context = here()
    site = context.sites.get(context.store, key)
    # For the headers of the answer, whatever it becomes.
    g.site_policy = site.policy
    return site
