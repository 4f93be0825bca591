"""Flask's own session, at no cost to the many requests that have none."""

from flask import Flask, Request, Response
from flask.sessions import (
    SecureCookieSession,
    SecureCookieSessionInterface,
    SessionMixin,
)
from typing_extensions import override


class Sessions(SecureCookieSessionInterface):
    """Does as it is inherited, but makes a signer only where there is a cookie."""

    @override
    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the request's cookie; an empty one without it."""
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    @override
    def save_session(
        self, app: Flask, session: SessionMixin, response: Response
    ) -> None:
        """Set or remove the cookie where the session has been touched."""
        if session or session.accessed or session.modified:
            super().save_session(app, session, response)
