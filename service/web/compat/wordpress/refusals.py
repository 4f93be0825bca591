"""Refusals as WordPress's REST API words them: ``{code, message, data: {status}}``."""

from collections.abc import Mapping

import orjson
from flask import Response

from service.domain import errors
from service.web.errors import headers_of, status_of

_NO_PARAMS: Mapping[str, str] = {}


class RestRefusal(errors.FoyerError):
    """A refusal with WordPress's own code for it.

    :param code: such as ``rest_comment_invalid_id``.
    :param params: what is wrong with which parameter.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        params: Mapping[str, str] = _NO_PARAMS,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.params = dict(params)
        self.retry_after: int | None = None
        """Whole seconds after which a retry makes sense."""


def bad_parameter(name: str, why: str) -> RestRefusal:
    """The refusal of a parameter that cannot be read, or not be served."""
    message = f"Invalid parameter(s): {name}"
    return RestRefusal(400, "rest_invalid_param", message, {name: why})


_CODES: tuple[tuple[type[errors.FoyerError], str], ...] = (
    (errors.MalformedInput, "rest_invalid_json"),
    (errors.Unauthenticated, "rest_not_logged_in"),
    (errors.ThreadClosed, "rest_comment_closed"),
    (errors.Forbidden, "rest_forbidden"),
    (errors.Unknown, "rest_no_route"),
    (errors.DuplicateComment, "comment_duplicate"),
    (errors.Conflict, "rest_comment_failed_edit"),
    (errors.TooLarge, "rest_body_too_large"),
    (errors.UnsupportedMedia, "rest_unsupported_media_type"),
    (errors.TooManyRequests, "rest_too_many_requests"),
    (errors.Unavailable, "rest_unavailable"),
)


def refusal_answer(err: errors.FoyerError) -> Response:
    """The answer that tells a client of WordPress's about an error of ours."""
    if isinstance(err, RestRefusal):
        answer = _answer(err.status, err.code, str(err), err.params)
    elif isinstance(err, errors.InvalidInput):
        params = {name: " ".join(said) for name, said in err.errors.items()}
        message = f"Invalid parameter(s): {', '.join(params)}"
        answer = _answer(400, "rest_invalid_param", message, params)
    else:
        status, _ = status_of(err)
        known = (code for kind, code in _CODES if isinstance(err, kind))
        answer = _answer(status, next(known, "rest_error"), str(err), {})
    answer.headers.update(headers_of(err))
    return answer


def _answer(
    status: int, code: str, message: str, params: Mapping[str, str]
) -> Response:
    data: dict[str, object] = {"status": status}
    if params:
        data["params"] = params
    body = {"code": code, "message": message, "data": data}
    answer = Response(orjson.dumps(body), status, mimetype="application/json")
    answer.headers["Cache-Control"] = "no-store"
    return answer
