"""What was changed on a site: who, when, from what to what."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import request, url_for

from service.operations.site_changes import (
    MAX_ENTRY,
    MAX_VERSION,
    Change,
    Place,
    change_page,
)
from service.web.context import here, read
from service.web.language import gettext, mark, ngettext
from service.web.moderation.log_words import action_words
from service.web.moderation.settings.blueprint import bp, shown_site, site_page
from service.web.moderation.settings.lists import FIELD_NAMES, LIST_NAMES
from service.web.moderation.settings.words import (
    LABELS,
    ROLES,
    isolated,
    value_words,
)
from service.web.moderation.shown import shown_time

_NUMBER = re.compile(r"[0-9]{1,16}")


def _text(detail: Mapping[str, Any], name: str) -> str:
    return isolated(str(detail.get(name) or "\N{EN DASH}"))


def _named(names: Mapping[str, str], detail: Mapping[str, Any], name: str) -> str:
    value = str(detail.get(name, ""))
    return gettext(names[value]) if value in names else value


def _renamed(change: Change) -> str:
    return gettext(
        "Name: %(old)s became %(new)s",
        old=_text(change.detail, "from"),
        new=_text(change.detail, "to"),
    )


def _added(change: Change) -> str:
    return gettext(
        "Put on the list %(list)s: %(entry)s (looked for in: %(field)s)",
        list=_named(LIST_NAMES, change.detail, "list"),
        entry=_text(change.detail, "entry"),
        field=_named(FIELD_NAMES, change.detail, "field"),
    )


def _removed(change: Change) -> str:
    return gettext(
        "Taken off the list %(list)s: %(entry)s (looked for in: %(field)s)",
        list=_named(LIST_NAMES, change.detail, "list"),
        entry=_text(change.detail, "entry"),
        field=_named(FIELD_NAMES, change.detail, "field"),
    )


def _imported(change: Change) -> str:
    return ngettext(
        "%(num)s entry was put on the list %(list)s",
        "%(num)s entries were put on the list %(list)s",
        int(change.detail.get("added", 0)),
        list=_named(LIST_NAMES, change.detail, "list"),
    )


def _opened(change: Change) -> str:
    return gettext("Opened: %(page)s", page=_text(change.detail, "page"))


def _closed(change: Change) -> str:
    return gettext("Closed: %(page)s", page=_text(change.detail, "page"))


def _titled(change: Change) -> str:
    return gettext(
        "Title of %(page)s: %(old)s became %(new)s",
        page=_text(change.detail, "page"),
        old=_text(change.detail, "from"),
        new=_text(change.detail, "to"),
    )


def _role(change: Change) -> str:
    role = change.detail.get("role")
    who = isolated(change.about)
    if role is None:
        return gettext("%(who)s is no member any more", who=who)
    names = {each.value: words for each, words in ROLES.items()}
    return gettext(
        "Role of %(who)s: %(role)s", who=who, role=gettext(names.get(role, role))
    )


def _emptied(change: Change) -> str:
    count = int(change.detail.get("comments", 0))
    if change.detail.get("state") == "spam":
        return ngettext(
            "%(num)s comment called spam was emptied, its time was over",
            "%(num)s comments called spam were emptied, their time was over",
            count,
        )
    return ngettext(
        "%(num)s comment in the trash was emptied, its time was over",
        "%(num)s comments in the trash were emptied, their time was over",
        count,
    )


def _outside_key(change: Change) -> str:
    words = {
        "set": mark("A key was set for the check %(check)s"),
        "replaced": mark("The key of the check %(check)s was replaced"),
        "forgotten": mark("The key of the check %(check)s was taken away"),
    }
    what = words.get(
        str(change.detail.get("key")), mark("The key of %(check)s changed")
    )
    return gettext(what, check=_text(change.detail, "check"))


_ACTIONS: Mapping[str, Callable[[Change], str]] = {
    "site-renamed": _renamed,
    "list-added": _added,
    "list-removed": _removed,
    "list-imported": _imported,
    "thread-opened": _opened,
    "thread-closed": _closed,
    "thread-titled": _titled,
    "role-set": _role,
    "emptied": _emptied,
    "outside-key-changed": _outside_key,
}


def _words(change: Change) -> str:
    if change.version is not None:
        return gettext("The first settings that are kept") if change.old is None else ""
    told = _ACTIONS.get(change.action)
    return told(change) if told else action_words(change.action)


def _row(change: Change) -> dict[str, object]:
    fields = []
    if change.old is not None and change.new is not None:
        fields = [
            {
                "label": gettext(LABELS.get(name, name)),
                "old": value_words(name, change.old),
                "new": value_words(name, change.new),
            }
            for name in change.fields
        ]
    return {
        "at": shown_time(change.at, here().clock()),
        "who": change.who,
        "version": change.version,
        "words": _words(change),
        "fields": fields,
    }


def _place() -> Place | None:
    entry, version = (request.args.get(name, "") for name in ("entry", "version"))
    if not _NUMBER.fullmatch(entry) or not _NUMBER.fullmatch(version):
        return None
    return Place(
        entry=min(int(entry), MAX_ENTRY), version=min(int(version), MAX_VERSION)
    )


@bp.get("/settings/<site_key>/changes")
def changes(site_key: str) -> str:
    """The changes, the newest first."""
    site, place = shown_site(site_key), _place()
    page = read(lambda s: change_page(s, site.id, place))
    next_url = None
    if page.next is not None:
        next_url = url_for(
            "settings.changes",
            site_key=site.key,
            entry=page.next.entry,
            version=page.next.version,
        )
    return site_page(
        "settings_changes.html",
        site,
        "changes",
        changes=[_row(change) for change in page.changes],
        next_url=next_url,
        first_url=url_for("settings.changes", site_key=site.key) if place else None,
    )
