"""The widget for blogs: ``/embed.js``, and a file of texts for each language."""

from flask import Blueprint, Response, request

from service.domain.errors import Unknown
from service.operations.published import etag_of
from service.web.public.embed_script import packed, script, texts
from service.web.public.origins import readable_anywhere

bp = Blueprint("embed", __name__)

_KEPT = "public, max-age=600, stale-while-revalidate=86400"
"""Ten minutes without asking: a page of a blog need not wait for it again."""


def _file(body: bytes, mimetype: str) -> Response:
    answer = Response(body, mimetype=mimetype)
    answer.vary.add("Accept-Encoding")
    takes_gzip = request.accept_encodings["gzip"] > 0
    if takes_gzip:
        answer.set_data(packed(body))
        answer.headers["Content-Encoding"] = "gzip"
    # Other bytes of the same thing are told apart by a weak tag.
    answer.set_etag(etag_of(body), weak=takes_gzip)
    answer.headers["Cache-Control"] = _KEPT
    answer.make_conditional(request)
    # A script of another origin that is a module must be allowed to be read.
    return readable_anywhere(answer)


@bp.get("/embed.js")
def embed() -> Response:
    """The script that gives a blog its ``<foyer-thread>``."""
    return _file(script(), "text/javascript")


@bp.get("/embed/<language>.json")
def embed_texts(language: str) -> Response:
    """What the widget says in one language."""
    body = texts(language)
    if body is None:
        raise Unknown("The widget does not speak that language.")
    return _file(body, "application/json")
