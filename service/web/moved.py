"""Tells the front which requests may have changed what readers see."""

from flask import Flask, Response, request

from service.web.context import has_written
from service.web.front.subject import FRONT_KEY, MOVED_HEADER

_SAFE = {"GET", "HEAD", "OPTIONS"}
_STILL = {"submissions", "sign_in"}
# What anybody may send, many times a second, and nothing that readers see: what came in
# must be checked first.


def register(app: Flask) -> None:
    """Have ``app`` say so to the front, so that whoever decided sees it at once."""

    def tell(answer: Response) -> Response:
        if (
            request.method not in _SAFE
            and request.blueprint not in _STILL
            and FRONT_KEY in request.environ
            and has_written()
        ):
            answer.headers[MOVED_HEADER] = "1"
        return answer

    app.after_request(tell)
