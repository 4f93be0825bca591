"""Beside a moderator's password: one-time codes, and tokens for programs."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.db.models.base import Base


class SecondFactor(Base):
    """The secret that a moderator's phone makes codes from (TOTP, RFC 6238)."""

    __tablename__ = "second_factor"

    moderator_id: Mapped[int] = mapped_column(
        ForeignKey("moderator.id"), primary_key=True, autoincrement=False
    )
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """Base32, bound to ``second-factor|<moderator id>``."""
    last_step: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    """The time step whose code was taken last: no code is taken twice."""
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    """None until a first code was right; it holds from then on."""


class RecoveryCode(Base):
    """A code for the day when the phone is lost; good once."""

    __tablename__ = "recovery_code"

    moderator_id: Mapped[int] = mapped_column(
        ForeignKey("moderator.id"), primary_key=True
    )
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    used_at: Mapped[datetime | None]


class ApiToken(Base):
    """A token by which a program does what its moderator may do."""

    __tablename__ = "api_token"
    __table_args__ = (CheckConstraint("scope IN ('read', 'decide')", name="scope"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    moderator_id: Mapped[int] = mapped_column(ForeignKey("moderator.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    """What it is for, in the moderator's words."""
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scope: Mapped[str] = mapped_column(String(8))
    """``read``, or ``decide`` for one that may move comments, too."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    """None for one that holds until it is revoked."""
    used_at: Mapped[datetime | None]
    """When it was used last, to the minute."""
