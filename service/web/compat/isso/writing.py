"""What writers do through Isso's client: submit, see, edit and take back a comment.

The walk is that of every submission; nobody sees what the checks have not passed.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask import Response, request

from service.db.models import Comment
from service.db.store import Act, Session
from service.domain.errors import Conflict, Forbidden, InvalidInput, Unknown
from service.domain.status import Status
from service.operations.comment_numbers import number_of
from service.operations.own_comment import edit, take_back, told
from service.operations.sites import SiteView
from service.operations.threads_by_number import (
    comment_numbered,
    has_published_replies,
    waiting_text,
)
from service.text.bodies import parse_json_object
from service.text.border import clean_text
from service.text.render import render
from service.web.compat.isso import patience
from service.web.compat.isso.cookie import (
    brought_cookie,
    check_cookie,
    give_cookie,
    take_cookie,
)
from service.web.compat.isso.door import (
    bp,
    check_body,
    check_writer_origin,
    json_answer,
    number_in,
    texts_of,
    uri_argument,
)
from service.web.compat.isso.form import check_length, form_of, take
from service.web.compat.isso.values import (
    PUBLISHED,
    WAITING,
    own_value,
    removed_value,
)
from service.web.context import here, read, write
from service.web.public.origins import origin_kind
from service.web.public.sites import the_site
from service.web.public.taking import edit_charge

T = TypeVar("T")

_COMMENT = "/id/<string(maxlength=18):number>"
_ONLY_TEXT = ["Only the text can be changed; leave this out."]
_GONE = "There is no such comment any more."
_DECIDED = "A moderator has decided otherwise; this can no longer be changed."


def _row(site: SiteView, number: int) -> Comment:
    return read(lambda s: comment_numbered(s, site.id, number))


@bp.post("/new", provide_automatic_options=False)
def new(site_key: str) -> Response:
    """Take in a comment: 201 if the checks publish it soon, else 202."""
    site = the_site(site_key)
    origin = origin_kind(site.policy)
    check_body()
    form = form_of(site, uri_argument(), parse_json_object(request.get_data()))
    receipt = take(site, form, origin)
    number = read(lambda s: number_of(s, receipt.comment_id))
    patience.wait_for(lambda: _row(site, number).status != Status.PENDING)
    comment = _row(site, number)
    is_published = comment.status == Status.PUBLISHED
    # Not the stored text: a repeat may be another's, who knows no more than this.
    text = comment.html if is_published else render(str(form.comment.data))
    mode = PUBLISHED if is_published else WAITING
    value = own_value(site.key, comment, text=text or "", mode=mode)
    answer = json_answer(value, 201 if is_published else 202)
    if receipt.proven:
        give_cookie(answer, site, comment, here().clock())
    return answer


def _own(site: SiteView, number: int) -> Callable[[Session], Comment]:
    """Finds the comment, for its writer alone.

    It raises Forbidden if the cookie does not show that it is theirs, and Unknown if
    there is none, or none any more.
    """
    keyring, brought = here().keyring, brought_cookie(number)

    def find(session: Session) -> Comment:
        comment = comment_numbered(session, site.id, number)
        check_cookie(keyring, comment, brought)
        if told(comment) == "removed" or comment.erased_at is not None:
            raise Unknown(_GONE)
        return comment

    return find


@bp.get(_COMMENT, provide_automatic_options=False)
def view(site_key: str, number: str) -> Response:
    """An own comment as its writer has written it last."""
    site = the_site(site_key)
    check_writer_origin(site.policy)
    plain = request.args.get("plain", "0")
    if plain not in {"0", "1"}:
        raise InvalidInput({"plain": ["Choose 0 or 1."]})

    own = _own(site, number_in(number))

    def act(session: Session) -> tuple[Comment, str | None]:
        comment = own(session)
        return comment, waiting_text(session, comment)

    comment, edited = read(act)
    text = comment.text if edited is None else edited
    is_shown = comment.status == Status.PUBLISHED and edited is None
    return json_answer(
        own_value(
            site.key,
            comment,
            text=text if plain == "1" else render(text),
            mode=PUBLISHED if is_shown else WAITING,
        )
    )


def _write_own(act: Act[T]) -> T:
    """Do it, unless a moderator was there first: Isso has one answer to all that."""
    try:
        return write(act)
    except Conflict:
        raise Forbidden(_DECIDED) from None


def _new_text(comment: Comment, given: Mapping[str, str]) -> str:
    """The text of an edit; name and website stay as they are."""
    kept = {"author": comment.name, "website": comment.website}
    wrong = {
        name: _ONLY_TEXT for name, was in kept.items() if given.get(name, was) != was
    }
    if wrong:
        raise InvalidInput(wrong)
    text = clean_text(given.get("text", ""))
    check_length(text)
    return text


@bp.put(_COMMENT, provide_automatic_options=False)
def change(site_key: str, number: str) -> Response:
    """Change an own comment's text; readers see it when its checks have passed."""
    site = the_site(site_key)
    check_writer_origin(site.policy)
    check_body()
    given = texts_of(
        parse_json_object(request.get_data()), ["text", "author", "website"]
    )
    now = here().clock()

    own, pay = _own(site, number_in(number)), edit_charge()

    def act(session: Session) -> tuple[Comment, str, bool]:
        comment = own(session)
        text = _new_text(comment, given)
        pay(session)
        edit(session, site, comment, text, now=now)
        waits = waiting_text(session, comment) is not None
        return comment, text, waits

    comment, text, waits = _write_own(act)
    here().bell.ring()
    is_shown = comment.status == Status.PUBLISHED and not waits
    mode = PUBLISHED if is_shown else WAITING
    answer = json_answer(own_value(site.key, comment, text=render(text), mode=mode))
    give_cookie(answer, site, comment, now)
    return answer


@bp.delete(_COMMENT, provide_automatic_options=False)
def remove(site_key: str, number: str) -> Response:
    """Take an own comment back; its place stays while answers hang on it."""
    site = the_site(site_key)
    check_writer_origin(site.policy)
    check_body()
    now = here().clock()

    own = _own(site, number_in(number))

    def act(session: Session) -> tuple[Comment, bool]:
        comment = own(session)
        keeps_place = has_published_replies(session, comment)
        take_back(session, site, comment, now=now)
        return comment, keeps_place

    comment, keeps_place = _write_own(act)
    value = removed_value(site.key, comment) if keeps_place else None
    answer = json_answer(value)
    take_cookie(answer, site, comment.id)
    return answer
