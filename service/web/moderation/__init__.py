"""Pages for moderators: signing in, the queue, one comment, insights, their account."""

from service.web.moderation import (
    account,
    decisions,
    feed,
    insights,
    queue,
    sign_in,
)

BLUEPRINTS = (
    sign_in.bp,
    queue.bp,
    decisions.bp,
    insights.bp,
    account.bp,
    feed.bp,
)
"""All of these pages; every POST to them carries a CSRF token."""
