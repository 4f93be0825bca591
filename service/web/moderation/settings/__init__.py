"""How sites are set: their policy, lists, threads, members, and what was changed."""

from service.web.moderation.settings import (
    changes,
    lists,
    members,
    policy,
    secrets,
    threads,
)
from service.web.moderation.settings.blueprint import bp

__all__ = ["bp", "changes", "lists", "members", "policy", "secrets", "threads"]
