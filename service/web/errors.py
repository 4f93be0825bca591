"""The only place that turns errors into answers, for machines and for people."""

import logging
from collections.abc import Mapping, Sequence

import orjson
from flask import Flask, Response, make_response, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from service.domain import errors
from service.web.accepts import wants_html
from service.web.language import gettext, mark

log = logging.getLogger(__name__)

_WRONG = mark("Something went wrong here")

_STATUS: tuple[tuple[type[errors.FoyerError], int, str], ...] = (
    (errors.InvalidInput, 422, mark("Some fields need another look")),
    (errors.MalformedInput, 400, mark("The request cannot be read")),
    (errors.Unauthenticated, 401, mark("Show a token that holds")),
    (errors.Forbidden, 403, mark("Not allowed")),
    (errors.Unknown, 404, mark("Not found")),
    (errors.Conflict, 409, mark("It does not fit the present state")),
    (errors.TooLarge, 413, mark("Too large")),
    (errors.UnsupportedMedia, 415, mark("This kind of body is not read here")),
    (errors.TooManyRequests, 429, mark("Too many requests")),
    (errors.Unavailable, 503, mark("Not available for a moment")),
)


def status_of(err: errors.FoyerError) -> tuple[int, str]:
    """HTTP status and a short title for an error of the tree."""
    for kind, status, title in _STATUS:
        if isinstance(err, kind):
            return status, title
    return 500, _WRONG


def headers_of(err: errors.FoyerError) -> dict[str, str]:
    """Headers that belong to the answer, such as ``Retry-After``."""
    if isinstance(err, errors.Unauthenticated):
        return {"WWW-Authenticate": "Bearer"}
    retry_after = getattr(err, "retry_after", None)
    return {} if retry_after is None else {"Retry-After": str(retry_after)}


def problem_body(
    status: int,
    title: str,
    detail: str = "",
    fields: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, object]:
    """Problem details (RFC 9457), with ``errors`` per field where there are fields."""
    body: dict[str, object] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    if fields:
        body["errors"] = fields
    return body


def problem(
    status: int,
    title: str,
    detail: str = "",
    fields: Mapping[str, Sequence[str]] | None = None,
) -> Response:
    """An answer with problem details."""
    body = orjson.dumps(problem_body(status, title, detail, fields))
    answer = Response(body, status, mimetype="application/problem+json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def page(status: int, title: str, message: str) -> Response:
    """An error page in plain words."""
    html = render_template(
        "error.html", title=gettext(title), message=gettext(message), status=status
    )
    answer = make_response(html, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def error_answer(
    status: int,
    title: str,
    detail: str,
    fields: Mapping[str, Sequence[str]] | None = None,
) -> Response:
    """A page for people, problem details for machines."""
    if wants_html():
        said = " ".join(text for texts in (fields or {}).values() for text in texts)
        return page(status, title, said or detail)
    return problem(status, title, detail, fields)


def _on_foyer_error(err: errors.FoyerError) -> Response:
    status, title = status_of(err)
    fields = err.errors if isinstance(err, errors.InvalidInput) else None
    answer = error_answer(status, title, str(err), fields)
    answer.headers.update(headers_of(err))
    return answer


def _on_csrf_error(_: CSRFError) -> Response:
    return error_answer(
        400,
        mark("This form is too old"),
        mark("Go back, reload the page and send it again."),
    )


def _on_http_error(err: HTTPException) -> Response:
    status = err.code or 500
    title = err.name
    # The description may quote the request; only our own words go out.
    detail = {
        404: mark("There is nothing at this address."),
        405: mark("This address does not take this method."),
        413: mark("The body is larger than this address takes."),
        415: mark("This kind of body is not read here."),
    }.get(status, "")
    answer = error_answer(status, title, detail)
    allowed = getattr(err, "valid_methods", None)
    if allowed:
        answer.headers["Allow"] = ", ".join(sorted(allowed))
    return answer


def _on_crash(err: Exception) -> Response:
    log.error("a request failed: %s", type(err).__name__, exc_info=err)
    return error_answer(
        500,
        _WRONG,
        mark("It is not your fault. Please try again later."),
    )


def register(app: Flask) -> None:
    """Answer every error of ``app`` in the form that the client reads."""
    app.register_error_handler(errors.FoyerError, _on_foyer_error)
    app.register_error_handler(CSRFError, _on_csrf_error)
    app.register_error_handler(HTTPException, _on_http_error)
    app.register_error_handler(Exception, _on_crash)
    app.register_error_handler(InternalServerError, _on_crash)
