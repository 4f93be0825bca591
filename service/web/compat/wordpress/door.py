"""Who asks WordPress's REST API, and which pages of a blog may read what it says.

A moderator's API token comes as ``Bearer``, or as the password of ``Basic``, which is
how application passwords are sent. There is no cookie.
"""

from base64 import b64decode
from binascii import Error as NoBase64
from http import HTTPStatus

from flask import Blueprint, Response, g, request

from service.domain.errors import FoyerError, Unauthenticated
from service.operations.api_tokens import Bearer, bearer_of, use_token
from service.operations.sites import SiteView
from service.web.compat.wordpress.refusals import RestRefusal, refusal_answer
from service.web.context import here, read, write
from service.web.public.origins import readable_anywhere, readable_by_site

bp = Blueprint("wordpress_rest", __name__)
bp.register_error_handler(FoyerError, refusal_answer)

ROOT = "/sites/<site_key>/wp-json"
COMMENTS = f"{ROOT}/wp/v2/comments"
ONE = f"{COMMENTS}/<int(max=9223372036854775807):number>"

_EXPOSED = "Link, Location, Retry-After, X-WP-Total, X-WP-TotalPages"


def _token() -> str:
    """The token that the request carries; empty if it carries none."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            pair = b64decode(given.strip(), validate=True).decode()
        except (NoBase64, UnicodeDecodeError):
            return "?"
        # WordPress shows application passwords in groups, and takes them so.
        return "".join(pair.partition(":")[2].split()) or "?"
    return given.strip() or ("?" if scheme else "")


def bearer_if_any() -> Bearer | None:
    """Whose token the present request carries; None for a stranger.

    :raises Unauthenticated: if it carries one that does not hold.
    :raises TooManyRequests: if the token is used too often.
    """
    token = _token()
    if not token:
        return None
    now = here().clock()
    bearer = read(lambda s: bearer_of(s, token, now=now))
    if bearer is None:
        raise Unauthenticated("There is no such token, or it is over.")
    write(lambda s: use_token(s, bearer, now=now))
    g.foyer_is_known = True
    return bearer


def sees_all(bearer: Bearer | None, site: SiteView) -> bool:
    """True for somebody who sees the site's queue."""
    return bearer is not None and site.id in bearer.moderator.roles


def refused(bearer: Bearer | None, code: str, message: str) -> RestRefusal:
    """The refusal of what strangers may not do (401), or this moderator not (403)."""
    return RestRefusal(401 if bearer is None else 403, code, message)


def require_decide(bearer: Bearer | None, site: SiteView, code: str) -> Bearer:
    """The moderator, who may decide on the site's comments by this token.

    :param code: what WordPress calls the refusal.
    :raises RestRefusal: for anybody else.
    """
    if bearer is None or not (
        bearer.may_decide and bearer.moderator.may_decide(site.id)
    ):
        why = "That takes the API token of a moderator who may decide on this site."
        raise refused(bearer, code, why)
    return bearer


@bp.after_request
def _for_the_site(answer: Response) -> Response:
    """Let pages of the site read the answer; any page, what is public."""
    answer.vary.add("Authorization")
    is_error = answer.status_code >= HTTPStatus.BAD_REQUEST
    is_public = request.method in {"GET", "HEAD"} and not is_error
    if is_public and not g.get("foyer_is_known"):
        answer = readable_anywhere(answer)
    answer = readable_by_site(answer)
    if "Access-Control-Allow-Origin" in answer.headers:
        answer.headers["Access-Control-Expose-Headers"] = _EXPOSED
    return answer
