"""Keyed hashes that find a sealed address or network again without opening it.

HMAC-SHA-256 (RFC 2104), cut to 16 bytes, each kind with a subkey of its own and scoped
to a site. They tell whoever reads the database that two rows of a site are equal, and
nothing else; they never leave the service.
"""

import hmac

from service.privacy.keyring import ADDRESS_INDEX, NETWORK_INDEX, Keyring

INDEX_BYTES = 16


def address_index(
    keyring: Keyring, site_id: int, canonical: str, key_id: int | None = None
) -> bytes:
    """16 bytes, equal for equal canonical addresses of a site under the same key.

    :param canonical: as `service.privacy.address.Address.canonical`.
    :param key_id: the newest key unless given.
    :raises KeysError: if there is no key of that id.
    """
    return _index(keyring.subkey(ADDRESS_INDEX, key_id), site_id, canonical)


def network_index(
    keyring: Keyring, site_id: int, network: str, key_id: int | None = None
) -> bytes:
    """16 bytes, equal for equal networks of a site under the same key.

    :param network: as `service.domain.network.network_of` gives it.
    :param key_id: the newest key unless given.
    :raises KeysError: if there is no key of that id.
    """
    return _index(keyring.subkey(NETWORK_INDEX, key_id), site_id, network)


def _index(subkey: bytes, site_id: int, value: str) -> bytes:
    message = f"{site_id}|{value}".encode("utf-8", "surrogatepass")
    return hmac.digest(subkey, message, "sha256")[:INDEX_BYTES]
