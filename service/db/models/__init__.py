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
    DayTally,
    Label,
    SiteModelRow,
    TrainedModel,
)
from service.db.models.moderators import (
    Membership,
    Moderator,
    SavedView,
    SignInLink,
    SignInSession,
    SignInStep,
)
from service.db.models.outside import Inquiry, OutsideSecret
from service.db.models.questions import OutsideQuestion
from service.db.models.second_factor import ApiToken, RecoveryCode, SecondFactor
from service.db.models.sites import (
    ListEntry,
    PostNumber,
    Site,
    SitePolicyRow,
    Thread,
)

__all__ = [
    "Allowance",
    "ApiToken",
    "AuditEntry",
    "Base",
    "Bulk",
    "CheckTally",
    "Comment",
    "CommentBand",
    "CommentHost",
    "Contact",
    "DayTally",
    "Erasure",
    "FindingRow",
    "Flood",
    "Heartbeat",
    "Idempotency",
    "Inquiry",
    "Job",
    "KeyCanary",
    "Label",
    "ListEntry",
    "Membership",
    "Moderator",
    "Move",
    "OutsideQuestion",
    "OutsideSecret",
    "PostNumber",
    "RecoveryCode",
    "RetentionGate",
    "Revision",
    "SavedView",
    "SecondFactor",
    "SignInLink",
    "SignInSession",
    "SignInStep",
    "Site",
    "SiteModelRow",
    "SitePolicyRow",
    "Thread",
    "Ticket",
    "TrainedModel",
    "VerdictRow",
]
