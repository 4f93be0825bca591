"""Who is signed in: the cookie, and the guard in front of moderators' pages."""

import re

from flask import Blueprint, g, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from service.domain.errors import Forbidden
from service.operations.sign_in import (
    ABSOLUTE,
    STEP_KEPT,
    SignedIn,
    signed_in,
    touch_session,
)
from service.web.context import here, read, write
from service.web.language import speak
from service.web.moderation.navigation import places

_CROSS = {"cross-site", "same-site"}
_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\s\x00-\x1f\x7f]*")


def _is_https() -> bool:
    return here().settings.public_url.startswith("https://")


def cookie_name() -> str:
    """``__Host-foyer``, or ``foyer`` on plain http, which is for localhost.

    Browsers take the former over https from this host alone (RFC 6265bis, section
    4.1.3.2).
    """
    return "__Host-foyer" if _is_https() else "foyer"


def cookie_token() -> str:
    """The session's token from the request's cookie, or an empty text."""
    return request.cookies.get(cookie_name(), "")


def set_cookie(response: Response, token: str) -> None:
    """Give the browser the session's token."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=ABSOLUTE,
        secure=_is_https(),
        httponly=True,
        # Lax, since moderators follow links from their mail and feeds to the queue.
        samesite="Lax",
        path="/",
    )


def drop_cookie(response: Response) -> None:
    """Take the session's token back from the browser."""
    response.delete_cookie(
        cookie_name(), secure=_is_https(), httponly=True, samesite="Lax", path="/"
    )


def _step_cookie_name() -> str:
    return "__Host-foyer-step" if _is_https() else "foyer-step"


def step_token() -> str:
    """The token of a sign-in that waits for its code, or an empty text."""
    return request.cookies.get(_step_cookie_name(), "")


def set_step_cookie(response: Response, token: str) -> None:
    """Give the browser the token of a step, which opens nothing by itself."""
    response.set_cookie(
        _step_cookie_name(),
        token,
        max_age=STEP_KEPT,
        secure=_is_https(),
        httponly=True,
        samesite="Lax",
        path="/",
    )


def drop_step_cookie(response: Response) -> None:
    """Take the step's token back, where the browser has one."""
    if step_token():
        response.delete_cookie(
            _step_cookie_name(),
            secure=_is_https(),
            httponly=True,
            samesite="Lax",
            path="/",
        )


def local_path(wanted: str | None) -> str:
    """The path if it is one of this service, else the queue's: never another host's."""
    queue: str = url_for("queue.show")
    return wanted if wanted and _LOCAL_PATH.fullmatch(wanted) else queue


def refuse_other_sites() -> None:
    """Stop what another site's page sends, whatever token it has.

    :raises Forbidden: if the browser says that another site caused the request.
    """
    if request.method in {"GET", "HEAD"}:
        return
    if request.headers.get("Sec-Fetch-Site", "") in _CROSS:
        raise Forbidden("This request came from another site.")


def find_signed_in() -> SignedIn | None:
    """Who is signed in by the request's cookie, or None."""
    token, now = cookie_token(), here().clock()
    if not token:
        return None
    found = read(lambda session: signed_in(session, token, now=now))
    if found is not None and found.to_touch:
        write(lambda session: touch_session(session, found.digest, now=now))
    return found


def _require() -> Response | None:
    found = find_signed_in()
    if found is None:
        wanted = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("sign_in.form", next=wanted), code=303)
    g.foyer_signed_in = found
    if found.moderator.language:
        speak(found.moderator.language)
    return None


def current() -> SignedIn:
    """Who is signed in, inside a guarded blueprint."""
    found: SignedIn = g.foyer_signed_in
    return found


def _shown() -> dict[str, object]:
    found: SignedIn | None = g.get("foyer_signed_in")
    return {
        "moderator": found.moderator if found else None,
        "places": places() if found else [],
    }


def guard(bp: Blueprint) -> None:
    """Let only signed-in moderators in, and tell the blueprint's pages who it is."""
    bp.before_request(refuse_other_sites)
    bp.before_request(_require)
    bp.context_processor(_shown)
