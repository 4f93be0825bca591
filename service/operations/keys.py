"""Proof that the keys file is the one that this database was sealed with."""

from copy import copy
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from service.db.models import KeyCanary
from service.db.upsert import insert_row
from service.privacy.keyring import Keyring, KeysError
from service.privacy.sealing import SealBroken, seal, unseal

_TEXT = "The canary sings."


class KeysMismatch(KeysError):
    """The keys are not those that this database was sealed with: do not start."""


def ensure_canary(session: Session, keyring: Keyring, now: datetime) -> None:
    """Check the keyring against the database, and leave a proof for each new key.

    :raises KeysMismatch: if a key that this database was used with is missing, or its
        id stands for another key now.
    """
    for key_id in sorted({*keyring.ids} - set(_check(session, keyring))):
        values = {
            "key_id": key_id,
            "sealed": seal(_as_newest(keyring, key_id), _TEXT, _bound_to(key_id)),
            "created_at": now,
        }
        insert_row(session, KeyCanary, values, unique=("key_id",))
    # Once more, for what another process has put there at the same time.
    _check(session, keyring)


def drop_canary(session: Session, key_id: int) -> None:
    """Forget a key that is retired: the database no longer asks for it."""
    session.execute(delete(KeyCanary).where(KeyCanary.key_id == key_id))


def _check(session: Session, keyring: Keyring) -> list[int]:
    """Ids of the keys that the database knows; all of them fit."""
    rows = session.execute(select(KeyCanary.key_id, KeyCanary.sealed)).all()
    for row in rows:
        if row.key_id not in keyring.ids:
            raise KeysMismatch(
                f"The keys file lacks key {row.key_id}, which this database was used "
                "with. Put its line back, or the whole file from your copy."
            )
        try:
            unseal(keyring, row.sealed, _bound_to(row.key_id))
        except SealBroken:
            raise KeysMismatch(
                f"Key {row.key_id} in the keys file is not the one that this database "
                "was sealed with. Put back the keys file that belongs to it, or point "
                "FOYER_DATABASE_URL to the database that belongs to the keys."
            ) from None
    return [row.key_id for row in rows]


def _bound_to(key_id: int) -> str:
    return f"canary|{key_id}"


def _as_newest(keyring: Keyring, key_id: int) -> Keyring:
    # Sealing takes the newest key; an older one that has no proof yet needs one, too.
    only = copy(keyring)
    only.newest = key_id
    return only
