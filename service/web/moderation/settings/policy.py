"""The settings of a site, section by section, and the list of one's sites."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import render_template, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from service.domain.errors import Forbidden, InvalidInput, StaleSettings, Unknown
from service.domain.policy import SitePolicy
from service.operations.insights import check_lines
from service.operations.own_sites import site_roles
from service.operations.site_changes import Change, last_change_of
from service.operations.site_settings import change_policy, rename_site
from service.operations.sites import SiteView, policy_at
from service.operations.tallies import LOOKED_BACK
from service.web.context import here, read, write
from service.web.language import gettext
from service.web.moderation.check_words import looks_at
from service.web.moderation.settings.blueprint import (
    bp,
    is_owner,
    shown_site,
    site_page,
)
from service.web.moderation.settings.forms import SECTIONS, NameForm, SectionForm
from service.web.moderation.settings.secret_form import SecretForm, key_rows
from service.web.moderation.settings.words import (
    HINTS,
    LABELS,
    ROLES,
    value_words,
)
from service.web.moderation.shown import shown_time
from service.web.moderation.signed_in import current
from service.web.moderation.words import right_words

Form = SectionForm | NameForm | SecretForm


@bp.get("/settings")
def index() -> str:
    """The sites of whoever asks, with the role on each."""
    who = current().moderator
    roles = read(lambda s: site_roles(s, who))
    sites = [
        {
            "name": each.name,
            "key": each.key,
            "role": gettext(ROLES[each.role]),
            "url": url_for("settings.policy", site_key=each.key)
            if each.role.value != "viewer"
            else None,
        }
        for each in roles
    ]
    return render_template("settings.html", sites=sites)


@bp.get("/settings/<site_key>")
def policy(site_key: str) -> str:
    """How a site is set: forms for its owners, words for its moderators."""
    saved = request.args.get("saved", "")
    is_saved = saved in {*SECTIONS, NameForm.key, SecretForm.key}
    return settings_page(shown_site(site_key), saved=saved if is_saved else "")


@bp.post("/settings/<site_key>")
def save(site_key: str) -> Response | tuple[str, int]:
    """Change one section, and go back to it; or the form again with what is wrong."""
    site = shown_site(site_key)
    if not is_owner(site):
        raise Forbidden("Only owners of this site may change its settings.")
    section = request.form.get("section", "")
    if section == NameForm.key:
        return _save_name(site)
    if section not in SECTIONS:
        raise InvalidInput({"section": ["There is no such section."]})
    return _save_section(site, SECTIONS[section]())


def _done(site: SiteView, section: str) -> Response:
    return redirect(
        url_for("settings.policy", site_key=site.key, saved=section, _anchor=section),
        code=303,
    )


def _save_name(site: SiteView) -> Response | tuple[str, int]:
    who, now, form = current().moderator, here().clock(), NameForm()
    if not form.validate_on_submit():
        return settings_page(site, form), 422
    seen, name = str(form.seen_name.data), str(form.name.data)
    try:
        write(lambda s: rename_site(s, who, site.key, seen=seen, name=name, now=now))
    except InvalidInput as err:
        form.name.errors = [gettext(text) for text in err.errors["name"]]
        return settings_page(site, form), 422
    except StaleSettings:
        both = [{"label": gettext(LABELS["name"]), "now": site.name, "yours": name}]
        again = NameForm(
            formdata=None, data={"section": NameForm.key, "seen_name": site.name}
        )
        again.name.data = name
        return settings_page(site, again, both=both), 409
    return _done(site, NameForm.key)


def _save_section(site: SiteView, form: SectionForm) -> Response | tuple[str, int]:
    who, now = current().moderator, here().clock()
    if not form.validate_on_submit():
        return settings_page(site, form), 422
    seen = int(form.seen.data or 0)
    try:
        base = read(lambda s: policy_at(s, site.id, seen))
    except Unknown as err:
        form.explain({"seen": [str(err)]})
        return settings_page(site, form), 422
    change = form.change(base)
    try:
        write(
            lambda s: change_policy(s, who, site.key, seen=seen, change=change, now=now)
        )
    except InvalidInput as err:
        form.explain(_at_fields(err.errors))
        return settings_page(site, form), 422
    except StaleSettings as err:
        return _stale(site, form, base, change, err.fields), 409
    return _done(site, form.key)


def _at_fields(errors: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The mistakes by field of the policy; those in modes are said of ``check``."""
    return {("checks" if n == "check" else n): list(m) for n, m in errors.items()}


def _stale(
    site: SiteView,
    form: SectionForm,
    base: SitePolicy,
    change: Mapping[str, Any],
    fields: Sequence[str],
) -> str:
    """The page with both values of what two have changed, and a way to decide."""
    seen = int(form.seen.data or 0)
    site = shown_site(site.key)
    mine = replace(base, **change)
    both = []
    for name in fields:
        last = read(lambda s: last_change_of(s, site.id, name, since=seen))  # noqa: B023  # run at once
        both.append(
            {
                "label": gettext(LABELS[name]),
                "now": value_words(name, site.policy),
                "yours": value_words(name, mine),
                **_by(last),
            }
        )
    again = form.of(site.policy, site.policy_version, **form.entered(base))
    return settings_page(site, again, both=both)


def _by(change: Change | None) -> dict[str, object]:
    if change is None:
        return {}
    return {
        "who": change.who or gettext("the operator"),
        "at": shown_time(change.at, here().clock()),
    }


def settings_page(
    site: SiteView,
    sent: Form | None = None,
    *,
    both: Sequence[Mapping[str, object]] = (),
    saved: str = "",
) -> str:
    """The settings page.

    :param sent: a form that comes back with what is wrong, in place of a fresh one.
    :param both: what its sender and somebody else have set differently.
    """
    now = here().clock()
    lines = read(lambda s: check_lines(s, site, now))
    checks = [
        {
            "check": line.check,
            "looks_at": looks_at(line.check),
            "fired": f"{line.record.fired:,}",
            "right": right_words(line.record),
            "field": f"mode_{line.check}",
            "mode": line.mode,
        }
        for line in lines
        if line.is_present
    ]
    name_form = sent if isinstance(sent, NameForm) else _name_form(site)
    return site_page(
        "settings_site.html",
        site,
        "policy",
        name_form=name_form,
        sections=list(_sections(site, sent)),
        sent=sent.key if sent is not None else "",
        both=both,
        saved=saved,
        checks=checks,
        secret_form=sent if isinstance(sent, SecretForm) else SecretForm(formdata=None),
        outside_keys=key_rows(site) if is_owner(site) else [],
        days=LOOKED_BACK.days,
        hints=HINTS,
        labels=LABELS,
        words={
            name: value_words(name, site.policy) for name in LABELS if name != "name"
        },
    )


def _name_form(site: SiteView) -> NameForm:
    data = {"section": NameForm.key, "seen_name": site.name, "name": site.name}
    made: NameForm = NameForm(formdata=None, data=data)
    return made


def _sections(site: SiteView, sent: Form | None) -> Iterator[SectionForm]:
    for key, form in SECTIONS.items():
        if isinstance(sent, SectionForm) and sent.key == key:
            yield sent
        else:
            yield form.of(site.policy, site.policy_version)
