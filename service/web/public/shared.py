"""Answers that are the same for everybody, and kept by whoever stands between."""

from flask import Response, request

from service.operations.published import Rendition
from service.operations.sites import SiteView
from service.operations.threads import ThreadHead
from service.web.front.subject import FRONT_KEY, SHORT, SUBJECT_HEADER, Subject
from service.web.public.origins import readable_anywhere


def subject_of(head: ThreadHead, site: SiteView) -> str:
    """What an answer shows that is made of one thread and its site's policy alone."""
    if head.id is None:
        return SHORT
    subject = Subject.of(head.id, head.version, site.policy_version, head.closes_at)
    return subject.text()


def shared(made: Rendition, subject: str, kind: str = "application/json") -> Response:
    """The answer with an entity tag, or "not modified".

    :param subject: what it shows, for the front.
    :param kind: its content type.
    """
    answer = Response(made.body, content_type=kind)
    answer.set_etag(made.etag)
    # Kept by any cache, but asked for each time: what is trashed must go at once.
    answer.headers["Cache-Control"] = "public, no-cache"
    if FRONT_KEY in request.environ and request.method == "GET":
        # It keeps the whole, and says "not modified" by itself.
        answer.headers[SUBJECT_HEADER] = subject
    else:
        answer.make_conditional(request)
    return readable_anywhere(answer)
