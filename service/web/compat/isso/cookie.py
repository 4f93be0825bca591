"""The one cookie of the house for people who write: it holds a comment's edit token.

Isso's client knows no other way to prove who wrote a comment. Browsers send it only to
the address of that comment, and scripts cannot read it.
"""

from datetime import datetime, timedelta

from flask import Response, request, url_for
from werkzeug.http import dump_cookie

from service.db.models import Comment
from service.domain.errors import Forbidden
from service.operations.own_comment import editable_until
from service.operations.sites import SiteView
from service.privacy.keyring import Keyring
from service.privacy.tokens import edit_token, is_edit_token
from service.web.context import here

_NOT_YOURS = (
    "Only the browser that wrote the comment may do that, while it may be edited and "
    "if it sends its cookie."
)
_MARK = "own"
"""The value of the copy that the client keeps on the blog. It asks only whether there
is one, so nothing that proves anything goes there."""


def _copy(number: int, max_age: int) -> str:
    """What the client itself writes into ``document.cookie`` of the blog."""
    value = _MARK if max_age else ""
    return dump_cookie(f"isso-{number}", value, max_age=max_age, samesite="Lax")


def _set(answer: Response, site: SiteView, number: int, token: str, age: int) -> None:
    # Blogs are elsewhere, and browsers send such a cookie over https alone. Over plain
    # http, which is for trying out, ports of localhost are one site.
    is_https = here().settings.public_url.startswith("https://")
    answer.set_cookie(
        str(number),
        token,
        max_age=age,
        path=url_for("isso.view", site_key=site.key, number=number),
        secure=is_https,
        httponly=True,
        samesite="None" if is_https else "Lax",
        partitioned=is_https,
    )
    answer.headers["X-Set-Cookie"] = _copy(number, age)


def give_cookie(
    answer: Response, site: SiteView, comment: Comment, now: datetime
) -> None:
    """Let this browser edit and take back the comment, as long as the site lets it."""
    age = (editable_until(site, comment) - now) // timedelta(seconds=1)
    if age > 0:
        token = edit_token(here().keyring, comment.public_id)
        _set(answer, site, comment.id, token, age)


def take_cookie(answer: Response, site: SiteView, number: int) -> None:
    """Have the browser forget the cookie of this comment."""
    _set(answer, site, number, "", 0)


def brought_cookie(number: int) -> str:
    """What the browser brought for this comment; empty if nothing."""
    return request.cookies.get(str(number), "")


def check_cookie(keyring: Keyring, comment: Comment, brought: str) -> None:
    """What was brought must come from the browser that wrote the comment.

    It asks nothing of the request, since acts may run in another thread.

    :raises Forbidden: if it does not.
    """
    if not is_edit_token(keyring, comment.public_id, brought):
        raise Forbidden(_NOT_YOURS)
