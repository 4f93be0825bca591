"""The door for programs: a moderator's API token in each request, and no cookie."""

from flask import Blueprint, g, request

from service.domain.errors import (
    Forbidden,
    MalformedInput,
    Unauthenticated,
    UnsupportedMedia,
)
from service.operations.api_tokens import Bearer, bearer_of, use_token
from service.text.bodies import parse_json_object
from service.web.context import here, read, write


def _require() -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated("Send an API token as Authorization: Bearer …")
    now = here().clock()
    bearer = read(lambda s: bearer_of(s, token.strip(), now=now))
    if bearer is None:
        raise Unauthenticated("There is no such token, or it is over.")
    write(lambda s: use_token(s, bearer, now=now))
    g.foyer_bearer = bearer


def bearer() -> Bearer:
    """Whose token the present request carries, inside a blueprint behind the door."""
    found: Bearer = g.foyer_bearer
    return found


def require_decide() -> None:
    """Stop a token that is good for reading only.

    :raises Forbidden: for such a one.
    """
    if not bearer().may_decide:
        raise Forbidden("This token is good for reading only.")


def json_body() -> dict[str, object]:
    """The JSON object that the request carries.

    :raises UnsupportedMedia: if it is of any other kind.
    :raises MalformedInput: if it cannot be read.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMedia("Send application/json, and name it in Content-Type.")
    if request.content_encoding not in {None, "", "identity"}:
        raise MalformedInput("Send the body without Content-Encoding.")
    return parse_json_object(request.get_data())


def put_door(bp: Blueprint) -> None:
    """Let nobody into the blueprint without a token that holds."""
    bp.before_request(_require)
