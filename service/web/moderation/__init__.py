"""Pages for moderators: signing in, the queue, one comment, insights, their account."""

from service.web.moderation import (
    account,
    alike,
    decisions,
    feed,
    insights,
    queue,
    rules,
    sign_in,
    writer,
)

BLUEPRINTS = (
    sign_in.bp,
    queue.bp,
    decisions.bp,
    alike.bp,
    rules.bp,
    writer.bp,
    insights.bp,
    account.bp,
    feed.bp,
)
"""All of these pages; every POST to them carries a CSRF token."""
