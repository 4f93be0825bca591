"""What blogs and readers call. Nothing here has any ambient authority."""

from service.web.public import (
    demo,
    embed,
    feeds,
    health,
    own_comment,
    sent,
    submissions,
    thread_page,
    threads,
)

BLUEPRINTS = (
    submissions.bp,
    own_comment.bp,
    threads.bp,
    thread_page.bp,
    feeds.bp,
    sent.bp,
    demo.bp,
    embed.bp,
    health.bp,
)
"""All blueprints of this package; exempt from the CSRF token."""
