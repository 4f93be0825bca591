"""Pages for moderators: signing in, the queue, one comment, log, settings, and more.

The same for programs is a blueprint of its own, which reads no cookie.
"""

from service.web.moderation import (
    account,
    api_tokens,
    feed,
    insights,
    log,
    queue,
    queue_api,
    searching,
    second_factor,
    settings,
    sign_in,
)

# These two add routes to the queue's blueprint.
from service.web.moderation import live as _live  # noqa: F401
from service.web.moderation import writing as _writing  # noqa: F401

BLUEPRINTS = (
    *(sign_in.bp, queue.bp, searching.bp, insights.bp, log.bp),
    *(settings.bp, account.bp, second_factor.bp, api_tokens.bp, feed.bp),
)
"""All of these pages; every POST to them carries a CSRF token."""

PROGRAMS = (queue_api.bp,)
"""What programs call with a moderator's API token."""
