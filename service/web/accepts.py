"""What kind of answer the present request asks for."""

from flask import request


def wants_html() -> bool:
    """True if ``Accept`` ranks HTML above JSON, as browsers do; ``*/*`` means JSON."""
    accept = request.accept_mimetypes
    return accept.quality("text/html") > accept.quality("application/json")


def is_form() -> bool:
    """True if the body is of a kind that HTML forms send."""
    return request.mimetype in {
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    }
