"""Asking a signed-in moderator for the present password once more."""

from service.operations.passwords import check_password
from service.operations.sign_in import charge_network, own_credentials
from service.web.clients import client_ip
from service.web.context import here, read, write
from service.web.language import mark
from service.web.moderation.signed_in import current

WRONG_PASSWORD = mark("This is not your present password.")


def old_fits(old: str) -> bool:
    """True if there is no password, or it was given rightly.

    :raises TooManyRequests: after too many tries.
    """
    moderator = current().moderator
    known = read(lambda s: own_credentials(s, moderator.id))
    if known.password_hash is None:
        return True
    doors = here()
    now, ip = doors.clock(), client_ip()
    write(lambda s: charge_network(s, doors.keyring, client_ip=ip, now=now))
    return check_password(known.password_hash, old)
