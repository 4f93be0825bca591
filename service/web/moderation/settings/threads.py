"""The threads of a site: open, closed, and what they are called."""

from datetime import datetime
from typing import Any

from flask import request, url_for
from flask_wtf import FlaskForm
from werkzeug.utils import redirect
from werkzeug.wrappers import Response
from wtforms import HiddenField, StringField
from wtforms.validators import AnyOf

from service.domain.errors import Forbidden, InvalidInput, StaleSettings
from service.operations.site_threads import (
    ThreadLine,
    set_open,
    set_title,
    thread_page,
)
from service.operations.sites import SiteView
from service.operations.threads import MAX_TITLE_CHARS, thread_head
from service.text.border import clean_line
from service.web.context import here, read, write
from service.web.language import gettext, mark
from service.web.moderation.settings.blueprint import (
    bp,
    clean,
    is_owner,
    shown_site,
    site_page,
)
from service.web.moderation.settings.fields import filled
from service.web.moderation.signed_in import current

_NOTICES = {
    "opened": mark("The thread is open: the page takes new comments."),
    "closed": mark("The thread is closed: the page takes no more comments."),
    "titled": mark("The title is set."),
}


class OpenForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A page whose thread is to be opened or closed."""

    page = StringField(mark("Page"), [filled])
    act = HiddenField(validators=[AnyOf(["open", "close"])])


class TitleForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A page whose thread gets a title."""

    page = HiddenField(validators=[filled])
    seen = HiddenField()
    title = StringField(mark("Title"))


def _state(line: ThreadLine, now: datetime) -> str:
    if not line.open:
        return gettext("closed")
    if line.closes_at is None:
        return gettext("open")
    day = f"{line.closes_at:%Y-%m-%d}"
    if line.closes_at <= now:
        return gettext("closed by its age since %(day)s", day=day)
    return gettext("open until %(day)s", day=day)


@bp.get("/settings/<site_key>/threads")
def threads(site_key: str) -> str:
    """The threads by page, with forms to change them."""
    return _page(shown_site(site_key))


def _page(
    site: SiteView,
    open_form: OpenForm | None = None,
    title_form: TitleForm | None = None,
    *,
    title_now: str | None = None,
) -> str:
    args, now = request.args, here().clock()
    start, after = clean(args.get("start")), clean(args.get("after"))
    page = read(lambda s: thread_page(s, site, start=start, after=after))
    view: dict[str, Any] = {"start": start or None}
    done = _NOTICES.get(args.get("done", ""), "") if request.method == "GET" else ""
    return site_page(
        "settings_threads.html",
        site,
        "threads",
        notice=gettext(done) if done else "",
        threads=[
            {
                "page": line.page,
                "title": line.title,
                "state": _state(line, now),
                "count": f"{line.count:,}",
                "open": line.open,
            }
            for line in page.threads
        ],
        start=start,
        first_url=url_for("settings.threads", site_key=site.key, **view)
        if after
        else None,
        next_url=url_for("settings.threads", site_key=site.key, after=page.next, **view)
        if page.next is not None
        else None,
        back={"start": start, "after": after},
        open_form=open_form or OpenForm(formdata=None),
        title_form=title_form,
        title_now=title_now,
        max_title=MAX_TITLE_CHARS,
    )


def _owned(site_key: str) -> SiteView:
    site = shown_site(site_key)
    if not is_owner(site):
        raise Forbidden("Only owners of this site may change its threads.")
    return site


def _back(site_key: str, done: str) -> Response:
    view = {name: clean(request.args.get(name)) for name in ("start", "after")}
    kept: dict[str, Any] = {name: value for name, value in view.items() if value}
    return redirect(
        url_for("settings.threads", site_key=site_key, **kept, done=done), code=303
    )


@bp.post("/settings/<site_key>/threads")
def change_thread(site_key: str) -> Response | tuple[str, int]:
    """Open or close a thread."""
    site, form = _owned(site_key), OpenForm()
    who, now = current().moderator, here().clock()
    if not form.validate_on_submit():
        return _page(site, form), 422
    page, is_open = clean_line(str(form.page.data)), form.act.data == "open"
    try:
        write(lambda s: set_open(s, who, site.key, page, is_open=is_open, now=now))
    except InvalidInput as err:
        form.page.errors = [gettext(text) for text in err.errors["page"]]
        return _page(site, form), 422
    return _back(site.key, "opened" if is_open else "closed")


@bp.post("/settings/<site_key>/threads/title")
def name_thread(site_key: str) -> Response | tuple[str, int]:
    """Give a thread a title."""
    site, form = _owned(site_key), TitleForm()
    who, now = current().moderator, here().clock()
    if not form.validate_on_submit():
        raise InvalidInput(form.errors)
    page, title = clean_line(str(form.page.data)), form.title.data or ""
    seen = form.seen.data or ""
    try:
        write(lambda s: set_title(s, who, site.key, page, title, seen=seen, now=now))
    except InvalidInput as err:
        if "title" not in err.errors:
            raise
        form.title.errors = [gettext(text) for text in err.errors["title"]]
        return _page(site, title_form=form), 422
    except StaleSettings:
        present = read(lambda s: thread_head(s, site, page, now)).title
        again = TitleForm(
            formdata=None, data={"page": page, "seen": present, "title": title}
        )
        return _page(site, title_form=again, title_now=present), 409
    return _back(site.key, "titled")
