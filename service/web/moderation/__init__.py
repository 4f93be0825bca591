"""Pages for moderators: sign-in, queue, one comment, insights, settings, account."""

from service.web.moderation import account, feed, insights, queue, settings, sign_in

BLUEPRINTS = (sign_in.bp, queue.bp, insights.bp, settings.bp, account.bp, feed.bp)
"""All of these pages; every POST to them carries a CSRF token."""
