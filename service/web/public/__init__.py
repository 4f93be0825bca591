"""What blogs and readers call. Nothing here has any ambient authority."""

from service.web.public import (
    demo,
    health,
    openapi,
    own_comment,
    sent,
    submissions,
    threads,
)

BLUEPRINTS = (
    submissions.bp,
    own_comment.bp,
    threads.bp,
    sent.bp,
    demo.bp,
    health.bp,
    openapi.bp,
)
"""All blueprints of this package; exempt from the CSRF token."""
