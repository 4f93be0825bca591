"""The people of a site."""

from flask import request, url_for
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.validators import AnyOf, InputRequired, NumberRange

from service.domain.errors import Conflict, Forbidden, InvalidInput
from service.operations.members import (
    Joined,
    Member,
    add_member,
    change_role,
    members_of,
    renew_link,
)
from service.operations.moderators import MAX_NAME_CHARS, Role
from service.operations.sign_in_links import LINK_KEPT
from service.operations.sites import SiteView
from service.web.context import here, read, write
from service.web.language import gettext, mark
from service.web.moderation.settings.blueprint import (
    bp,
    is_owner,
    shown_site,
    site_page,
)
from service.web.moderation.settings.fields import filled
from service.web.moderation.settings.words import ROLE_HINTS, ROLES
from service.web.moderation.signed_in import current

_NOTICES = {
    "role": mark("The role is changed; it counts at once."),
    "removed": mark("This person is no longer a member. Decisions made stay."),
    "known": mark(
        "Added. This person has an account here already, and signs in as usual."
    ),
}
_CHOICES = {role.value: words for role, words in ROLES.items()}


class MemberForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Somebody who becomes a member."""

    email = StringField(mark("E-mail address"), [filled])
    name = StringField(mark("Name"), [filled])
    role = RadioField(mark("Role"), choices=_CHOICES, default=Role.MODERATOR.value)


class OneForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Something that is done with a member."""

    member = IntegerField(validators=[InputRequired(), NumberRange(1, 2**31 - 1)])


class RoleForm(OneForm):
    """A member's new role, and the one that was seen."""

    seen = StringField(validators=[AnyOf([role.value for role in Role])])
    role = SelectField(mark("Role"), choices=_CHOICES)


def _row(member: Member) -> dict[str, object]:
    return {
        "id": member.id,
        "name": member.name,
        "address": member.address,
        "role": member.role.value,
        "role_words": gettext(ROLES[member.role]),
        "disabled": member.disabled,
        "may_get_link": member.may_get_link,
        "is_self": member.id == current().moderator.id,
    }


def _page(
    site: SiteView,
    form: MemberForm | None = None,
    *,
    trouble: str = "",
    joined: Joined | None = None,
) -> str:
    who, doors = current().moderator, here()
    people = read(lambda s: members_of(s, doors.keyring, who, site.id))
    done = _NOTICES.get(request.args.get("done", ""), "")
    link = ""
    if joined is not None:
        path = url_for("sign_in.link", token=joined.token)
        link = f"{doors.settings.public_url}{path}"
    return site_page(
        "settings_members.html",
        site,
        "members",
        notice=gettext(done) if done and request.method == "GET" else "",
        trouble=trouble,
        link=link,
        joined=joined,
        hours=int(LINK_KEPT.total_seconds()) // 3600,
        members=[_row(member) for member in people],
        roles=ROLES,
        role_hints=ROLE_HINTS,
        form=form or MemberForm(formdata=None),
        max_name=MAX_NAME_CHARS,
    )


def _owned(site_key: str) -> SiteView:
    site = shown_site(site_key)
    if not is_owner(site):
        raise Forbidden("Only owners of this site may change its members.")
    return site


def _back(site_key: str, done: str) -> Response:
    return redirect(url_for("settings.members", site_key=site_key, done=done), code=303)


@bp.get("/settings/<site_key>/members")
def members(site_key: str) -> str:
    """Everybody with a role on the site."""
    return _page(shown_site(site_key))


@bp.post("/settings/<site_key>/members")
def join(site_key: str) -> Response | str | tuple[str, int]:
    """Add a member.

    For a new account the answer holds the link that signs it in once: it is shown here
    and nowhere else, so there is no redirect.
    """
    site, form = _owned(site_key), MemberForm()
    who, doors, now = current().moderator, here(), here().clock()
    if not form.validate_on_submit():
        return _page(site, form), 422
    email, name = str(form.email.data), str(form.name.data)
    role = Role(str(form.role.data))
    try:
        joined = write(
            lambda s: add_member(
                *(s, doors.keyring, who, site.key, email),
                name=name,
                role=role,
                now=now,
            )
        )
    except InvalidInput as err:
        for field, messages in err.errors.items():
            form[field].errors = [gettext(text) for text in messages]
        return _page(site, form), 422
    except Conflict as err:
        form.email.errors = [gettext(str(err))]
        return _page(site, form), 409
    if not joined.token:
        return _back(site.key, "known")
    return _page(site, joined=joined)


@bp.post("/settings/<site_key>/members/role")
def give_role(site_key: str) -> Response | tuple[str, int]:
    """Give a member another role."""
    site, form = _owned(site_key), RoleForm()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    role, seen = Role(str(form.role.data)), Role(str(form.seen.data))
    return _change(site, int(form.member.data or 0), role, seen)


@bp.post("/settings/<site_key>/members/remove")
def remove_member(site_key: str) -> Response | tuple[str, int]:
    """Take a member's role away."""
    site, form = _owned(site_key), OneForm()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    return _change(site, int(form.member.data or 0), None, None)


def _change(
    site: SiteView, member: int, role: Role | None, seen: Role | None
) -> Response | tuple[str, int]:
    who, now = current().moderator, here().clock()
    try:
        write(lambda s: change_role(s, who, site.key, member, role, seen=seen, now=now))
    except Conflict as err:
        return _page(site, trouble=gettext(str(err))), 409
    if member == who.id and role in {None, Role.VIEWER}:
        # Whoever has taken the role from oneself does not see these pages any more.
        return redirect(url_for("settings.index"), code=303)
    return _back(site.key, "role" if role else "removed")


@bp.post("/settings/<site_key>/members/link")
def new_link(site_key: str) -> str | tuple[str, int]:
    """Make a new sign-in link for a member who has no password yet."""
    site, form = _owned(site_key), OneForm()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    who, now, member = current().moderator, here().clock(), int(form.member.data or 0)
    try:
        joined = write(lambda s: renew_link(s, who, site.key, member, now=now))
    except Conflict as err:
        return _page(site, trouble=gettext(str(err))), 409
    return _page(site, joined=joined)
