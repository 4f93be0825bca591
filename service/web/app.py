"""Put the Flask application together."""

from typing import Any, cast

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from service.web import errors, headers, hosts, language, moved, packed
from service.web.compat import BLUEPRINTS as COMPAT
from service.web.context import Context
from service.web.contract import BLUEPRINTS as CONTRACT
from service.web.forwarded import Forwarded, Wsgi
from service.web.moderation import BLUEPRINTS as MODERATION
from service.web.moderation import PROGRAMS
from service.web.public import BLUEPRINTS as PUBLIC
from service.web.sessions import Sessions

MAX_BODY_BYTES = 256 * 1024
"""The largest body that any route takes; some take less (design decision 9.3)."""
MAX_FORM_PARTS = 50
_SESSION_HOURS = 12


def create_app(context: Context) -> Flask:
    """The web application on these doors."""
    settings, keyring = context.settings, context.keyring
    is_https = settings.public_url.startswith("https://")
    app = Flask("service.web", static_folder="static")
    app.config.update(
        SECRET_KEY=keyring.subkey("session"),
        SECRET_KEY_FALLBACKS=[
            keyring.subkey("session", key_id)
            for key_id in keyring.ids
            if key_id != keyring.newest
        ],
        # Flask's own session holds the CSRF token only; who is signed in is a row.
        SESSION_COOKIE_NAME="__Host-foyer-form" if is_https else "foyer-form",
        SESSION_COOKIE_SECURE=is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=_SESSION_HOURS * 3600,
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
        SEND_FILE_MAX_AGE_DEFAULT=300,
    )
    app.session_interface = Sessions()
    app.extensions["foyer"] = context
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.wsgi_app = cast(  # type: ignore[method-assign]  # Flask's own way to wrap
        Any, Forwarded(cast(Wsgi, app.wsgi_app), settings.trusted_proxies)
    )
    language.register(app)
    csrf = CSRFProtect(app)
    errors.register(app)
    headers.register(app, settings)
    hosts.register(app, settings)
    moved.register(app)
    packed.register(app, *(blueprint.name for blueprint in MODERATION))
    for blueprint in (*PUBLIC, *CONTRACT, *COMPAT):
        # No public view has any ambient authority: cookies mean nothing there. Isso's
        # client alone has one, which compat/isso/cookie.py guards by itself.
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
    for blueprint in PROGRAMS:
        # Nor is there any for programs: each request carries a token of its own.
        csrf.exempt(blueprint)
        app.register_blueprint(blueprint)
    for blueprint in MODERATION:
        app.register_blueprint(blueprint)
    return app
