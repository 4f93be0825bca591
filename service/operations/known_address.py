"""An address that somebody names, and the indexes it may be stored under in a site."""

from service.domain.errors import InvalidInput
from service.privacy.address import Address, BadAddress, parse_address
from service.privacy.blind_index import address_index
from service.privacy.keyring import Keyring


def parsed(text: str, field: str = "email") -> Address:
    """The address in the text.

    :param field: named in the error.
    :raises InvalidInput: saying what is wrong, without quoting the text.
    """
    try:
        return parse_address(text)
    except BadAddress as err:
        raise InvalidInput({field: [str(err)]}) from None


def indexes(keyring: Keyring, site_id: int, address: Address) -> dict[int, bytes]:
    """The address's blind index in the site under each key, by the key's id.

    Rows that a rotation of keys has not reached yet are found by the older ones.
    """
    return {
        key_id: address_index(keyring, site_id, address.canonical, key_id)
        for key_id in keyring.ids
    }
