"""Pages for moderators: signing in, the queue, one comment, log, settings, and more.

The same for programs is a blueprint of its own, which reads no cookie.
"""

from service.web.moderation import (
    account,
    alike,
    api_tokens,
    decisions,
    feed,
    insights,
    log,
    queue,
    queue_api,
    rules,
    searching,
    second_factor,
    settings,
    sign_in,
    writer,
)

# These two add routes to the queue's blueprint.
from service.web.moderation import live as _live  # noqa: F401
from service.web.moderation import writing as _writing  # noqa: F401

BLUEPRINTS = (
    *(sign_in.bp, queue.bp, decisions.bp, alike.bp, writer.bp, searching.bp),
    *(rules.bp, insights.bp, log.bp),
    *(settings.bp, account.bp, second_factor.bp, api_tokens.bp, feed.bp),
)
"""All of these pages; every POST to them carries a CSRF token."""

PROGRAMS = (queue_api.bp,)
"""What programs call with a moderator's API token."""
