"""Pages for moderators: signing in, the queue, one comment, insights, their account."""

from service.web.moderation import account, feed, insights, queue, sign_in

# These two add routes to the queue's blueprint.
from service.web.moderation import live as _live  # noqa: F401
from service.web.moderation import writing as _writing  # noqa: F401

BLUEPRINTS = (sign_in.bp, queue.bp, insights.bp, account.bp, feed.bp)
"""All of these pages; every POST to them carries a CSRF token."""
