"""The hold and the spam list of a site.

Whoever sees this page may add and remove entries; viewers do not see it.
"""

import re
from typing import Any

from flask import request, url_for
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, NumberRange

from service.domain.errors import Forbidden, InvalidInput
from service.operations.entry_form import FIELDS, LISTS, MAX_ENTRY_CHARS
from service.operations.site_lists import (
    MAX_ENTRY_ID,
    MAX_IMPORTED,
    entry_page,
    list_entry,
    list_lines,
    unlist_entry,
)
from service.operations.sites import SiteView
from service.web.context import here, read, write
from service.web.language import gettext, mark, ngettext
from service.web.moderation.rule_words import mode_words
from service.web.moderation.settings.blueprint import (
    bp,
    clean,
    is_owner,
    shown_site,
    site_page,
)
from service.web.moderation.settings.fields import filled
from service.web.moderation.shown import shown_time
from service.web.moderation.signed_in import current

_NUMBER = re.compile(r"[0-9]{1,16}")

LIST_NAMES = {"hold": mark("Hold"), "spam": mark("Spam"), "trust": mark("Trust")}
FIELD_NAMES = {
    "any": mark("anywhere"),
    "name": mark("the name"),
    "address": mark("the e-mail address"),
    "website": mark("the website"),
    "text": mark("the text"),
    "host": mark("links and website"),
    "origin": mark("the network"),
    "network": mark("the network"),
    "agent": mark("the user agent"),
}


class EntryForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """One entry for a list."""

    list_name = SelectField(
        mark("List"), choices={name: LIST_NAMES[name] for name in LISTS}
    )
    field = SelectField(
        mark("Look in"), choices={name: FIELD_NAMES[name] for name in FIELDS}
    )
    text = StringField(mark("What to look for"), [filled])


class ImportForm(EntryForm):
    """Many entries for a list, one a line."""

    text = TextAreaField(mark("Entries, one a line"), [filled])


class SearchForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """What entries are looked for by."""

    list = StringField()
    search = StringField()


class RemoveForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """An entry that is to go."""

    entry = IntegerField(validators=[InputRequired(), NumberRange(1, MAX_ENTRY_ID)])


def _back(site_key: str, **notice: Any) -> Response:
    """To the list as it was looked at, with a notice."""
    view: dict[str, Any] = {
        "list": _known(request.args.get("list", "")),
        "search": clean(request.args.get("search")),
    }
    kept = {name: value for name, value in view.items() if value}
    return redirect(
        url_for("settings.lists", site_key=site_key, **kept, **notice), code=303
    )


def _known(list_name: str) -> str:
    return list_name if list_name in LISTS else ""


def _notice() -> str:
    args = request.args
    if args.get("done") == "imported":
        added, skipped = (
            int(args[name]) if _NUMBER.fullmatch(args.get(name, "")) else 0
            for name in ("added", "skipped")
        )
        first = ngettext(
            "%(num)s entry was added.", "%(num)s entries were added.", added
        )
        second = ngettext(
            "%(num)s line was there already, or cannot be an entry.",
            "%(num)s lines were there already, or cannot be entries.",
            skipped,
        )
        return f"{first} {second}" if skipped else first
    return {
        "added": gettext("The entry was added; it counts from the next comment on."),
        "there": gettext("This entry was on the list already."),
        "removed": gettext("The entry was removed."),
        "gone": gettext("This entry had been removed already."),
    }.get(args.get("done", ""), "")


@bp.get("/settings/<site_key>/lists")
def lists(site_key: str) -> str:
    """The entries, the newest first, with forms to change them."""
    return _page(shown_site(site_key))


@bp.post("/settings/<site_key>/lists/search")
def search_lists(site_key: str) -> Response | str:
    """Look for entries.

    What looks like an e-mail address is answered at once: it shall stand in no address,
    which histories and logs keep.
    """
    site, form = shown_site(site_key), SearchForm()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    words, list_name = clean(form.search.data), _known(form.list.data or "")
    if "@" in words.strip("@"):
        return _page(site, list_name=list_name, search=words)
    view = {"list": list_name, "search": words.strip()}
    kept: dict[str, Any] = {name: value for name, value in view.items() if value}
    return redirect(url_for("settings.lists", site_key=site.key, **kept), code=303)


def _page(
    site: SiteView,
    entry_form: EntryForm | None = None,
    import_form: ImportForm | None = None,
    *,
    list_name: str | None = None,
    search: str | None = None,
) -> str:
    """The page.

    :param search: what is looked for, if it does not stand in the address.
    """
    args, keyring, now = request.args, here().keyring, here().clock()
    before = args.get("before", "")
    view: dict[str, Any] = {
        "list": list_name or _known(args.get("list", "")) or None,
        "search": clean(args.get("search")) or None,
    }
    list_name, search = view["list"] or "", search or view["search"] or ""
    place = int(before) if _NUMBER.fullmatch(before) else None
    page = read(
        lambda s: entry_page(
            s,
            keyring,
            site.id,
            list_name=list_name,
            search=search,
            before=place if place is None else min(place, MAX_ENTRY_ID),
        )
    )
    address = url_for("settings.lists", site_key=site.key, **view)
    return site_page(
        "settings_lists.html",
        site,
        "lists",
        notice=_notice() if request.method == "GET" else "",
        entries=[
            {
                "id": each.id,
                "list": gettext(LIST_NAMES[each.list_name]),
                "field": gettext(FIELD_NAMES.get(each.field, each.field)),
                "trial": mode_words(each.mode) if each.mode != "on" else "",
                "shown": each.shown,
                "added": shown_time(each.created_at, now),
            }
            for each in page.entries
        ],
        list_name=list_name,
        list_names=LIST_NAMES,
        search=search,
        remove_url=url_for("settings.remove_entry", site_key=site.key, **view),
        first_url=address if place is not None else None,
        next_url=url_for("settings.lists", site_key=site.key, before=page.next, **view)
        if page.next is not None
        else None,
        # Each form has ids of its own, since both have the same fields.
        entry_form=entry_form or EntryForm(formdata=None),
        import_form=import_form or ImportForm(formdata=None, prefix="many-"),
        max_chars=MAX_ENTRY_CHARS,
        max_lines=MAX_IMPORTED,
    )


def _owned(site_key: str) -> SiteView:
    site = shown_site(site_key)
    if not is_owner(site):
        raise Forbidden("Only owners of this site may change its settings.")
    return site


def _explain(form: EntryForm, err: InvalidInput) -> None:
    for name, messages in err.errors.items():
        field = form[name] if name in {"list_name", "field"} else form.text
        field.errors = [*field.errors, *(gettext(text) for text in messages)]


@bp.post("/settings/<site_key>/lists/add")
def add_entry(site_key: str) -> Response | tuple[str, int]:
    """Put an entry on a list, as a moderator or an owner."""
    site, form = shown_site(site_key), EntryForm()
    who, keyring, now = current().moderator, here().keyring, here().clock()
    if not form.validate_on_submit():
        return _page(site, form), 422
    entry = (str(form.list_name.data), str(form.field.data), str(form.text.data))
    try:
        added = write(lambda s: list_entry(s, keyring, who, site.key, *entry, now))
    except InvalidInput as err:
        _explain(form, err)
        return _page(site, form), 422
    return _back(site.key, done="added" if added else "there")


@bp.post("/settings/<site_key>/lists/import")
def import_entries(site_key: str) -> Response | tuple[str, int]:
    """Put many entries on a list, as an owner."""
    site, form = _owned(site_key), ImportForm(prefix="many-")
    who, keyring, now = current().moderator, here().keyring, here().clock()
    if not form.validate_on_submit():
        return _page(site, import_form=form), 422
    which = (str(form.list_name.data), str(form.field.data))
    lines = str(form.text.data).splitlines()
    try:
        added, skipped = write(
            lambda s: list_lines(s, keyring, who, site.key, *which, lines, now)
        )
    except InvalidInput as err:
        _explain(form, err)
        return _page(site, import_form=form), 422
    numbers = {"added": str(added), "skipped": str(skipped)}
    return _back(site.key, done="imported", **numbers)


@bp.post("/settings/<site_key>/lists/remove")
def remove_entry(site_key: str) -> Response:
    """Take an entry off its list, as a moderator or an owner."""
    site, form = shown_site(site_key), RemoveForm()
    who, now = current().moderator, here().clock()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    entry = int(form.entry.data or 0)
    gone = write(lambda s: unlist_entry(s, who, site.key, entry, now))
    return _back(site.key, done="removed" if gone else "gone")
