"""What stands for an e-mail address in the address of a page: nobody can read it.

It holds the address's blind indexes, sealed for one moderator, so neither the address
nor what finds it leaves the service. It finds nothing more once the keys were rotated,
or the person was erased.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping

from service.domain.errors import InvalidInput
from service.operations.known_address import indexes
from service.privacy.address import Address
from service.privacy.keyring import Keyring
from service.privacy.sealing import SealBroken, seal, unseal

MOST_INDEXES = 60
"""Of more sites at once an address would grow too long for browsers and proxies."""

FIELD = "writer"


def _place(moderator_id: int) -> str:
    return f"address-search|{moderator_id}"


def address_token(
    keyring: Keyring, moderator_id: int, site_ids: Iterable[int], address: Address
) -> str:
    """What stands for the address on these sites, for this moderator alone.

    :raises InvalidInput: naming ``q``, if these are too many sites.
    """
    found = [
        f"{site_id}.{index.hex()}"
        for site_id in site_ids
        for index in indexes(keyring, site_id, address).values()
    ]
    if len(found) > MOST_INDEXES:
        raise InvalidInput({"q": ["Choose a site before you look for an address."]})
    sealed = seal(keyring, " ".join(found), _place(moderator_id))
    return urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")


def indexes_in(
    keyring: Keyring, moderator_id: int, token: str
) -> Mapping[int, list[bytes]]:
    """The blind indexes that it stands for, by site.

    :raises InvalidInput: naming ``writer``, if it was not made for this moderator.
    """
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        text = unseal(keyring, raw, _place(moderator_id))
    except (SealBroken, Base64Error, ValueError):
        message = "This search can no longer be opened. Look for the address again."
        raise InvalidInput({FIELD: [message]}) from None
    found: dict[int, list[bytes]] = {}
    for entry in text.split():
        site_id, _, index = entry.partition(".")
        found.setdefault(int(site_id), []).append(bytes.fromhex(index))
    return found
