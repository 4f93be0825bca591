"""``/openapi.json``: the HTTP contract, for programs that read such things."""

import orjson
from flask import Blueprint, Response

from service.web.context import here
from service.web.public.contract import document
from service.web.public.origins import readable_anywhere

bp = Blueprint("openapi", __name__)


@bp.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI 3.1 document of the public API."""
    body = orjson.dumps(document(here().settings.public_url))
    answer = Response(body, mimetype="application/json")
    answer.headers["Cache-Control"] = "public, max-age=300"
    return readable_anywhere(answer)
