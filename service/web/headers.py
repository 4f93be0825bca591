"""Headers that every answer carries, by the kind of page it is."""

from flask import Flask, Response, g

from service.settings import Settings

_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'{form_action}; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_TRUSTED_TYPES = "; require-trusted-types-for 'script'; trusted-types 'none'"
_DATA = "default-src 'none'; sandbox; frame-ancestors 'none'"
_PERMISSIONS = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def allow_form_to(*origins: str) -> None:
    """Let forms of the present page lead to these origins.

    Browsers apply ``form-action`` to the redirect after a POST as well, so a page whose
    form ends on the blog must name the blog.
    """
    g.form_action = origins


def _policy(answer: Response) -> str:
    if answer.mimetype != "text/html":
        return _DATA
    origins = "".join(f" {origin}" for origin in g.get("form_action", ()))
    return _PAGE.format(form_action=origins) + _TRUSTED_TYPES


def register(app: Flask, settings: Settings) -> None:
    """Set the headers on every answer of ``app``, errors included."""
    is_https = settings.public_url.startswith("https://")

    def add(answer: Response) -> Response:
        headers = answer.headers
        is_page = answer.mimetype == "text/html"
        headers.setdefault("Content-Security-Policy", _policy(answer))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        # Not no-referrer: over https Flask-WTF refuses a POST without a referrer.
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", _PERMISSIONS)
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault(
            "Cross-Origin-Resource-Policy", "same-origin" if is_page else "cross-origin"
        )
        headers.setdefault("X-DNS-Prefetch-Control", "off")
        if is_page:
            headers.setdefault("X-Robots-Tag", "noindex")
        headers.setdefault("Cache-Control", "no-store")
        if is_https:
            headers.setdefault("Strict-Transport-Security", "max-age=63072000")
        return answer

    app.after_request(add)
