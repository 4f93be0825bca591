"""All tables."""

from service.db.models.base import Base
from service.db.models.comments import (
    Comment,
    CommentBand,
    CommentHost,
    FindingRow,
    Move,
    Revision,
    VerdictRow,
)
from service.db.models.contacts import Contact, Erasure, KeyCanary, Ticket
from service.db.models.floods import Bulk, Flood
from service.db.models.jobs import (
    Allowance,
    AuditEntry,
    Heartbeat,
    Idempotency,
    Job,
    RetentionGate,
)
from service.db.models.learning import (
    CheckTally,
    Label,
    SiteModelRow,
    TrainedModel,
)
from service.db.models.moderators import (
    Membership,
    Moderator,
    SignInLink,
    SignInSession,
)
from service.db.models.sites import ListEntry, Site, SitePolicyRow, Thread

__all__ = [
    "Allowance",
    "AuditEntry",
    "Base",
    "Bulk",
    "CheckTally",
    "Comment",
    "CommentBand",
    "CommentHost",
    "Contact",
    "Erasure",
    "FindingRow",
    "Flood",
    "Heartbeat",
    "Idempotency",
    "Job",
    "KeyCanary",
    "Label",
    "ListEntry",
    "Membership",
    "Moderator",
    "Move",
    "RetentionGate",
    "Revision",
    "SignInLink",
    "SignInSession",
    "Site",
    "SiteModelRow",
    "SitePolicyRow",
    "Thread",
    "Ticket",
    "TrainedModel",
    "VerdictRow",
]
