"""Headers that every answer carries, by the kind of page it is."""

from flask import Flask, Response, g

from service.settings import Settings

_PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'{form_action}; base-uri 'none'; "
    "frame-ancestors {frames}"
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


def allow_frames_of(*origins: str) -> None:
    """Let pages of these origins, and our own, show the present page in a frame."""
    g.frames_of = origins


def _policy(answer: Response) -> str:
    if answer.mimetype != "text/html":
        return _DATA
    origins = "".join(f" {origin}" for origin in g.get("form_action", ()))
    frames = "'none'"
    if "frames_of" in g:
        frames = " ".join(["'self'", *g.frames_of])
    return _PAGE.format(form_action=origins, frames=frames) + _TRUSTED_TYPES


def _framed(pages: dict[str, str]) -> dict[str, str]:
    if "frames_of" not in g:
        return pages
    # X-Frame-Options knows no list of origins; frame-ancestors says it all. Blogs that
    # isolate themselves (COEP) frame only what says that it may be.
    loosened = {**pages, "Cross-Origin-Resource-Policy": "cross-origin"}
    del loosened["X-Frame-Options"]
    return loosened


def _headers(readable_from: str) -> dict[str, str]:
    return {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # Not no-referrer: over https Flask-WTF refuses a POST without a referrer.
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": _PERMISSIONS,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": readable_from,
        "X-DNS-Prefetch-Control": "off",
    }


def register(app: Flask, settings: Settings) -> None:
    """Set the headers on every answer of ``app``, errors included."""
    is_https = settings.public_url.startswith("https://")

    for_data, for_pages = _headers("cross-origin"), _headers("same-origin")
    for_pages["X-Robots-Tag"] = "noindex"
    for headers in (for_data, for_pages):
        headers["Cache-Control"] = "no-store"
        if is_https:
            headers["Strict-Transport-Security"] = "max-age=63072000"

    def add(answer: Response) -> Response:
        headers = answer.headers
        given = {name.lower() for name in headers.keys()}  # noqa: SIM118  # no mapping
        is_page = answer.mimetype == "text/html"
        wanted = _framed(for_pages) if is_page else for_data
        if "content-security-policy" not in given:
            headers.add("Content-Security-Policy", _policy(answer))
        for name, value in wanted.items():
            if name.lower() not in given:
                headers.add(name, value)
        return answer

    app.after_request(add)
