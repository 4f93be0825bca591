"""The places of the masthead."""

from flask import request, url_for

from service.web.language import gettext, mark

_PLACES = (
    ("queue.show", mark("Queue")),
    ("insights.show", mark("Insights")),
    ("rules.index", mark("Rules")),
    ("log.show", mark("Log")),
    ("settings.index", mark("Settings")),
)


def places() -> list[dict[str, object]]:
    """Links to the parts of the moderators' pages, the present one marked."""
    part = (request.endpoint or "").partition(".")[0]
    return [
        {
            "name": gettext(name),
            "url": url_for(endpoint),
            "current": endpoint.partition(".")[0] == part,
        }
        for endpoint, name in _PLACES
    ]
