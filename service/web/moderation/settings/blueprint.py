"""The settings pages' blueprint, and what all of them show."""

from typing import Any

from flask import Blueprint, render_template, url_for

from service.operations.moderators import Role
from service.operations.own_sites import seen_site
from service.operations.sites import SiteView
from service.web.context import read
from service.web.language import gettext, mark
from service.web.moderation.signed_in import current, guard

bp = Blueprint("settings", __name__)
guard(bp)

_PARTS = (
    ("policy", mark("Settings")),
    ("lists", mark("Lists")),
    ("threads", mark("Threads")),
    ("members", mark("Members")),
    ("changes", mark("Changes")),
)


def shown_site(key: str) -> SiteView:
    """The site whose settings are looked at.

    :raises Unknown: if there is no such site for whoever asks.
    :raises Forbidden: to viewers.
    """
    who = current().moderator
    return read(lambda s: seen_site(s, who, key))


def is_owner(site: SiteView) -> bool:
    """True if whoever asks may change the site."""
    return current().moderator.roles.get(site.id) is Role.OWNER


def clean(text: str | None) -> str:
    """What was asked for by an address, without what no database can be asked for."""
    return "".join(char for char in text or "" if char.isprintable())[:512]


def site_page(template: str, site: SiteView, part: str, **values: Any) -> str:
    """A page of the site's settings.

    :param part: which of them: policy, lists, threads, members or changes.
    """
    parts = [
        {
            "name": gettext(name),
            "url": url_for(f"settings.{each}", site_key=site.key),
            "current": each == part,
        }
        for each, name in _PARTS
    ]
    return render_template(
        template, site=site, parts=parts, may_change=is_owner(site), **values
    )
