"""``/openapi.json`` for programs, and the same as a page for people."""

from functools import cache

from flask import Blueprint, Response, render_template, request

from service.operations.published import Rendition, rendition, rendition_of
from service.web.context import here
from service.web.contract.document import document
from service.web.contract.shapes import parts, shapes
from service.web.language import speak
from service.web.public.origins import readable_anywhere

bp = Blueprint("openapi", __name__)

_KEPT_SECONDS = 300


@bp.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI 3.1 document of the public API."""
    made = _document(here().settings.public_url)
    return readable_anywhere(_kept(made, "application/json"))


@bp.get("/openapi.html")
def page() -> Response:
    """The document as a page; in English, as all that programmers read here."""
    speak("en")
    return _kept(_page(here().settings.public_url), "text/html; charset=utf-8")


@cache
def _document(server: str) -> Rendition:
    return rendition(document(server))


@cache
def _page(server: str) -> Rendition:
    made = document(server)
    html = render_template(
        "openapi.html", parts=parts(made), shapes=shapes(made), server=server
    )
    return rendition_of(html.encode())


def _kept(made: Rendition, kind: str) -> Response:
    """The bytes, or that they are still the same; browsers keep them for a while."""
    answer = Response(made.body, content_type=kind)
    answer.set_etag(made.etag)
    answer.headers["Cache-Control"] = f"public, max-age={_KEPT_SECONDS}"
    answer.make_conditional(request)
    return answer
