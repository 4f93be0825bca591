"""Writing by WordPress's REST API: anybody comments, moderators change and trash."""

from dataclasses import dataclass

from flask import Response, request

from service.db.store import Session
from service.domain.errors import InvalidInput, StaleComment, TooManyRequests
from service.domain.status import Status
from service.domain.submission import (
    MAX_COMMENT_CHARS,
    MAX_EMAIL_CHARS,
    MAX_NAME_CHARS,
    MAX_WEBSITE_CHARS,
)
from service.operations.api_tokens import Bearer
from service.operations.change_numbered import Before, Changed, change_numbered
from service.operations.comment_numbers import number_of
from service.operations.post_numbers import page_of_post
from service.operations.rendering import html_of
from service.operations.site_comments import Numbered, published_id
from service.operations.sites import SiteView
from service.text.border import clean_text
from service.text.plain import is_blank
from service.web.compat.wordpress.bodies import read_body
from service.web.compat.wordpress.door import (
    COMMENTS,
    ONE,
    bearer_if_any,
    bp,
    refused,
    require_decide,
)
from service.web.compat.wordpress.fields import too_long, unknown_post, whole_number
from service.web.compat.wordpress.reading import data, found_comment
from service.web.compat.wordpress.refusals import RestRefusal, bad_parameter
from service.web.compat.wordpress.values import (
    Told,
    collection_address,
    comment_json,
    told_of,
)
from service.web.context import here, read, write
from service.web.public.bodies import Fields
from service.web.public.origins import origin_kind
from service.web.public.sites import the_site
from service.web.public.submission_form import SubmissionForm
from service.web.public.taking import arrival_of, send_in

_CREATED = (
    *("id", "post", "parent", "content", "type", "token", "status"),
    *("author", "author_ip", "author_name", "author_email", "author_url"),
)
_OURS = {
    "content": "comment",
    "author_name": "name",
    "author_email": "email",
    "author_url": "website",
    "token": "token",
}
_THEIRS = {ours: theirs for theirs, ours in _OURS.items()}
_LONGEST = {
    "name": ("comment_author_column_length", MAX_NAME_CHARS),
    "email": ("comment_author_email_column_length", MAX_EMAIL_CHARS),
    "website": ("comment_author_url_column_length", MAX_WEBSITE_CHARS),
    "comment": ("comment_content_column_length", MAX_COMMENT_CHARS),
}
_NOT_GIVEN = {
    "author": ("rest_comment_invalid_author", {"0"}),
    "author_ip": ("rest_comment_invalid_author_ip", set[str]()),
    "status": ("rest_comment_invalid_status", set[str]()),
}
_FIXED = (
    *("post", "parent", "author", "author_ip", "author_name", "author_email"),
    *("author_url", "date", "date_gmt", "author_user_agent"),
)
_GOALS: dict[str, Status | Before] = {
    "approved": Status.PUBLISHED,
    "approve": Status.PUBLISHED,
    "1": Status.PUBLISHED,
    "hold": Status.HELD,
    "0": Status.HELD,
    "spam": Status.SPAM,
    "trash": Status.TRASHED,
    "unspam": "before",
    "untrash": "before",
}
_UNDONE = {"unspam": Status.SPAM, "untrash": Status.TRASHED}


@dataclass(frozen=True, slots=True)
class _Place:
    post: int
    page: str
    answered: int
    parent: str | None


@bp.post(COMMENTS, provide_automatic_options=False)
def create(site_key: str) -> Response:
    """Take in a comment, by whoever sends it; it is checked before it is published."""
    site, bearer = the_site(site_key), bearer_if_any()
    origin = origin_kind(site.policy)
    fields = read_body(_CREATED)
    _check_what_is_ours(fields, bearer)
    place = _place(site, fields)
    values = {_OURS[n]: t for n, t in fields.values.items() if n in _OURS}
    values["page"] = place.page
    if place.parent is not None:
        values["parent"] = place.parent
    form = SubmissionForm(values, site.policy)
    arrival = arrival_of(site, form, fields, origin)
    _check(form, values)
    try:
        intake = send_in(site, form, arrival, wants_ticket=False)
    except TooManyRequests as err:
        flood = RestRefusal(400, "comment_flood", str(err))
        flood.retry_after = err.retry_after
        raise flood from None
    receipt = intake.receipt
    if receipt is None:
        raise AssertionError  # refusals were raised
    number = read(lambda s: number_of(s, receipt.comment_id))
    text = str(form.comment.data or "")
    made = Told(
        number=number,
        post=place.post,
        parent=place.answered,
        name=str(form.name.data or ""),
        website=str(form.website.data or ""),
        at=receipt.submitted_at,
        html=html_of(text, number),
        page=form.page_key,
        status="hold",
    )
    answer = data(comment_json(site, made, "view"), 201)
    answer.headers["Location"] = f"{collection_address(site)}/{number}"
    return answer


def _check_what_is_ours(fields: Fields, bearer: Bearer | None) -> None:
    """Nobody says who wrote a comment and from where, or what becomes of it unread."""
    given = fields.values
    if given.get("id"):
        raise RestRefusal(400, "rest_comment_exists", "Cannot create existing comment.")
    if given.get("type", "comment") not in {"", "comment"}:
        why = "Cannot create a comment with that type."
        raise RestRefusal(400, "rest_invalid_comment_type", why)
    for name, (code, allowed) in _NOT_GIVEN.items():
        if given.get(name) and given[name] not in allowed:
            why = (
                f"{name}: It is not set by whoever sends a comment; checks come first."
            )
            raise refused(bearer, code, why)


def _place(site: SiteView, fields: Fields) -> _Place:
    """Where the comment belongs.

    :raises RestRefusal: if it belongs nowhere.
    """
    post = whole_number(fields.values.get("post", ""))
    answered = whole_number(fields.values.get("parent") or "0")

    def act(session: Session) -> tuple[str | None, str | None]:
        page = page_of_post(session, site.id, post) if post is not None else None
        parent = published_id(session, site.id, answered) if answered else None
        return page, parent

    page, parent = read(act)
    if post is None or page is None:
        why = unknown_post(site, post)
        raise RestRefusal(403, "rest_comment_invalid_post_id", why)
    if answered is None or (answered and parent is None):
        raise bad_parameter("parent", "The comment you answer is not there.")
    return _Place(post, page, answered, parent)


def _check(form: SubmissionForm, values: dict[str, str]) -> None:
    """The fields must have no mistakes.

    :raises RestRefusal: by WordPress's code for the first of them.
    """
    mistakes = form.mistakes()
    missing = [n for n in form.policy.required if is_blank(str(form[n].data or ""))]
    if is_blank(str(form.comment.data or "")):
        raise RestRefusal(400, "rest_comment_content_invalid", "Write something.")
    if missing:
        why = "Creating a comment requires valid author name and email values."
        raise RestRefusal(400, "rest_comment_author_data_required", why)
    bytes_over = too_long(values)
    for name, (code, most) in _LONGEST.items():
        if name in bytes_over or len(str(form[name].data or "")) > most:
            said = bytes_over.get(name) or mistakes.get(name, [])
            raise RestRefusal(400, code, f"{_THEIRS[name]}: {' '.join(said)}")
    if mistakes:
        raise InvalidInput({_THEIRS.get(n, n): said for n, said in mistakes.items()})


@bp.route(ONE, methods=["POST", "PUT", "PATCH"], provide_automatic_options=False)
def change(site_key: str, number: int) -> Response:
    """Change a comment's state or text, for a moderator."""
    site, bearer = the_site(site_key), bearer_if_any()
    by = require_decide(bearer, site, "rest_cannot_edit")
    fields = read_body(("status", "content", "type", *_FIXED))
    _check_kept(fields)
    status = fields.values.get("status") or None
    if status is not None and status not in _GOALS:
        raise bad_parameter("status", f"Choose one of {', '.join(_GOALS)}.")
    text, now = _new_text(fields), here().clock()

    def act(session: Session) -> tuple[Told, Changed]:
        found = found_comment(session, site, by, number)
        goal = _goal(found, status)
        changed = change_numbered(
            *(session, by.moderator, found), text=text, status=goal, now=now
        )
        return told_of(found), changed

    told, changed = write(act)
    if changed is Changed.UNSEEN:
        # Only here: raised in the act, it would undo that this was told.
        why = "Its writer changed it in the meantime. Read it again, then approve it."
        raise StaleComment(why)
    if changed is Changed.YES:
        here().bell.ring()
    return data(comment_json(site, told, "view"))


def _check_kept(fields: Fields) -> None:
    if fields.values.get("type", "comment") not in {"", "comment"}:
        why = "Sorry, you are not allowed to change the comment type."
        raise RestRefusal(404, "rest_comment_invalid_type", why)
    for name in _FIXED:
        if name in fields.values:
            why = "Only status and content of a comment can be changed; leave it out."
            raise bad_parameter(name, why)


def _new_text(fields: Fields) -> str | None:
    if "content" not in fields.values:
        return None
    text = clean_text(fields.values["content"])
    if is_blank(text):
        raise RestRefusal(400, "rest_comment_content_invalid", "Write something.")
    if len(text) > MAX_COMMENT_CHARS:
        why = f"At most {MAX_COMMENT_CHARS:,} characters, please."
        raise RestRefusal(400, "comment_content_column_length", why)
    return text


def _goal(found: Numbered, status: str | None) -> Status | Before | None:
    """What the comment shall be; nothing to do where it is not what is undone."""
    if status is None:
        return None
    if status in _UNDONE and found.comment.status != _UNDONE[status]:
        return None
    return _GOALS[status]


@bp.delete(ONE, provide_automatic_options=False)
def trash(site_key: str, number: int) -> Response:
    """Trash a comment, for a moderator; more than that nobody can do here."""
    site, bearer = the_site(site_key), bearer_if_any()
    by = require_decide(bearer, site, "rest_cannot_delete")
    is_forced = request.args.get("force", "").lower() in {"1", "true"}

    now = here().clock()

    def act(session: Session) -> tuple[Told, Told, Changed]:
        found = found_comment(session, site, by, number)
        before = told_of(found)
        if found.comment.status == Status.TRASHED and not is_forced:
            why = "The comment has already been trashed."
            raise RestRefusal(410, "rest_already_trashed", why)
        changed = change_numbered(
            *(session, by.moderator, found),
            text=None,
            status=Status.TRASHED,
            now=now,
        )
        return before, told_of(found), changed

    before, after, changed = write(act)
    if changed is Changed.YES:
        here().bell.ring()
    if is_forced:
        # It is not deleted, and whoever asked for that must be able to see so.
        previous = comment_json(site, before, "view")
        return data({"deleted": False, "previous": previous})
    return data(comment_json(site, after, "view"))
