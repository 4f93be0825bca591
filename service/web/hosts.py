"""Only requests for this service's own name are answered."""

from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, Response, request

from service.settings import Settings
from service.web import errors

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_ANYWHERE = {"health.healthz", "health.readyz"}


@lru_cache(256)
def _hostname(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def register(app: Flask, settings: Settings) -> None:
    """Refuse requests whose ``Host`` is neither the base URL's nor a loopback name.

    Health routes answer under any name, since probes ask by address.
    """
    known = _LOOPBACK | {_hostname(urlsplit(settings.public_url).netloc)}

    def check() -> Response | None:
        if request.endpoint in _ANYWHERE or _hostname(request.host) in known:
            return None
        return errors.error_answer(
            400,
            "Unknown host",
            "This service is not reached by this name. If you run it, set "
            "FOYER_BASE_URL to the address that people use.",
        )

    app.before_request(check)
