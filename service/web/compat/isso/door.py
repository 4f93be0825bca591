"""How Isso's client is answered: its headers for other origins, and its errors.

Its client sends cookies, so only the site's own pages may read an answer.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from flask import Blueprint, Response, g, request

from service.domain.errors import (
    Forbidden,
    ForeignOrigin,
    FoyerError,
    InvalidInput,
    TooManyRequests,
    Unknown,
    UnsupportedMedia,
)
from service.domain.policy import SitePolicy
from service.operations.published import etag_of
from service.text.bodies import NOT_UNICODE
from service.text.border import clean_line, has_lone_surrogate
from service.web.errors import headers_of, status_of
from service.web.public.origins import origin_kind
from service.web.public.sites import the_site

bp = Blueprint("isso", __name__, url_prefix="/sites/<site_key>/isso")

_METHODS = "HEAD, GET, POST, PUT, DELETE"
_REQUEST_HEADERS = "Origin, Referer, Content-Type"
_ISSO_NAMES = {"comment": "text", "name": "author", "page": "uri"}
_NO_JSON = "Send application/json; nothing else is read here."
_NULL_ORIGIN = "A page that hides its origin may not do that."


class Guarded(Forbidden):
    """The site does not take the comment as it is.

    :param reason: the word for it that newer clients know.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


@bp.after_request
def _for_the_site(answer: Response) -> Response:
    """Let the site's own pages read this answer, errors too, with their cookies."""
    policy: SitePolicy | None = g.get("site_policy")
    answer.vary.add("Origin")
    origin = request.headers.get("Origin")
    if policy is None or origin not in policy.origins:
        return answer
    answer.headers["Access-Control-Allow-Origin"] = origin
    answer.headers["Access-Control-Allow-Credentials"] = "true"
    answer.headers["Access-Control-Expose-Headers"] = "X-Set-Cookie, Date"
    return answer


@bp.errorhandler(FoyerError)
def _refuse(err: FoyerError) -> Response:
    """An error as Isso says it: words, or ``{"message"}`` for whoever prefers JSON."""
    status, _ = status_of(err)
    message, reason = str(err), getattr(err, "reason", "")
    if isinstance(err, InvalidInput):
        status, message = 400, _in_words(err)
    elif isinstance(err, TooManyRequests):
        status, reason = 403, "ratelimit"
    accept = request.accept_mimetypes
    answer = Response(message, status, mimetype="text/plain")
    if accept.quality("application/json") > accept.quality("text/plain"):
        body = {"message": message} | ({"reason": reason} if reason else {})
        answer = json_answer(body, status)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers.update(headers_of(err))
    return answer


def _in_words(err: InvalidInput) -> str:
    return " ".join(
        f"{_ISSO_NAMES.get(name, name)}: {text}"
        for name, texts in err.errors.items()
        for text in texts
    )


def json_answer(value: Any, status: int = 200) -> Response:
    """A JSON answer that nobody keeps."""
    answer = Response(orjson.dumps(value), status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def kept_answer(body: bytes, mimetype: str, tag: str = "") -> Response:
    """An answer that a browser may keep, but must ask about each time.

    :param tag: its entity tag; made of the body by default. For a browser that brought
        it the body may be empty.
    """
    answer = Response(body, mimetype=mimetype)
    answer.set_etag(tag or etag_of(body))
    # Private, since it names the origin that may read it.
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.make_conditional(request)
    return answer


def check_body() -> None:
    """The body must be JSON, if there is one: browsers ask before they send that.

    :raises Forbidden: if it is of another kind, such as a form.
    """
    if request.content_type and request.mimetype != "application/json":
        raise Forbidden(_NO_JSON)
    if request.content_encoding not in {None, "", "identity"}:
        raise UnsupportedMedia("Send the body without Content-Encoding.")


def check_writer_origin(policy: SitePolicy) -> None:
    """A cookie comes along whichever page sends the request, so the page must be known.

    :raises ForeignOrigin: if it is not, or hides.
    """
    if origin_kind(policy) == "null":
        raise ForeignOrigin(_NULL_ORIGIN)


def number_in(text: str) -> int:
    """The number of a comment, as it stands in an address of 18 letters at most.

    :raises Unknown: if it is no number.
    """
    if not (text.isascii() and text.isdecimal()):
        raise Unknown("There is no such comment.")
    return int(text)


def uri_argument() -> str:
    """The page that is asked about.

    :raises InvalidInput: naming ``uri``, if none is, or if it is no UTF-8.
    """
    uri = request.args.get("uri", "")
    if has_lone_surrogate(uri):
        raise InvalidInput({"uri": ["It must be UTF-8, percent-encoded."]})
    if not clean_line(uri):
        raise InvalidInput({"uri": ["Say which page is meant, as uri=…"]})
    return clean_line(uri)


def texts_of(given: dict[str, object], names: Sequence[str]) -> dict[str, str]:
    """Those of the named values that are there.

    :raises InvalidInput: naming each that is no text, or not Unicode.
    """
    errors, found = {}, {}
    for name in names:
        value = given.get(name)
        if value is None:
            continue
        if not isinstance(value, str):
            errors[name] = ["Give text here, or null."]
        elif has_lone_surrogate(value):
            errors[name] = [NOT_UNICODE]
        else:
            found[name] = value
    if errors:
        raise InvalidInput(errors)
    return found


@bp.route("/", methods=["OPTIONS"])
@bp.route("/config", methods=["OPTIONS"])
@bp.route("/new", methods=["OPTIONS"])
@bp.route("/count", methods=["OPTIONS"])
@bp.route("/preview", methods=["OPTIONS"])
@bp.route("/latest", methods=["OPTIONS"])
@bp.route("/info", methods=["OPTIONS"])
@bp.route("/feed", methods=["OPTIONS"])
@bp.route("/id/<string(maxlength=18):number>", methods=["OPTIONS"])
@bp.route("/id/<string(maxlength=18):number>/like", methods=["OPTIONS"])
@bp.route("/id/<string(maxlength=18):number>/dislike", methods=["OPTIONS"])
def preflight(site_key: str, number: str = "") -> Response:  # noqa: ARG001
    """Tell a browser what the site's pages may send here."""
    the_site(site_key)
    answer = Response(mimetype="text/plain")
    answer.headers["Access-Control-Allow-Methods"] = _METHODS
    answer.headers["Access-Control-Allow-Headers"] = _REQUEST_HEADERS
    answer.headers["Access-Control-Max-Age"] = "600"
    return answer
