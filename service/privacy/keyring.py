"""The keys of an installation: the newest one seals, all of them unseal.

From each key one subkey per purpose is derived (HKDF-SHA256, RFC 5869), so that no
two uses ever share a key.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from service.privacy import keys_file
from service.privacy.keys_text import (
    KEY_BYTES,
    KeysError,
    KeysMissing,
    content_of,
    generate,
    parse_keys,
    parse_line,
)

__all__ = [
    "Keyring",
    "KeysError",
    "KeysMissing",
    "add_key",
    "create",
    "drop_key",
    "generate",
]

SEALING: Final = "sealing"
ADDRESS_INDEX: Final = "address-index"
NETWORK_INDEX: Final = "network-index"
EDIT_TOKEN: Final = "edit-token"  # noqa: S105  # a purpose, not a secret
FORM_TOKEN: Final = "form-token"  # noqa: S105  # a purpose, not a secret
FEED_TOKEN: Final = "feed-token"  # noqa: S105  # a purpose, not a secret
SESSION: Final = "session"
CSRF: Final = "csrf"

_SUBKEY_INFO = "foyer|v1|"
_HEADER = (
    "# The keys of this Foyer. Without them sealed addresses cannot be read.\n"
    "# Keep a copy in a safe place apart from the backups; show them to nobody.\n"
)


class Keyring:
    """Keys by id; shows its ids only.

    :raises KeysError: when built without any key.
    """

    __slots__ = ("_keys", "_subkeys", "ids", "newest")

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys:
            raise KeysError("A keyring needs at least one key.")
        self._keys = dict(keys)
        self._subkeys: dict[tuple[str, int], bytes] = {}
        self.ids: tuple[int, ...] = tuple(sorted(keys))
        self.newest: int = self.ids[-1]

    # typing.override came with Python 3.12.
    def __repr__(self) -> str:  # type: ignore[explicit-override]
        return f"Keyring(ids={self.ids})"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """The keys of a text in the form of a keys file.

        :raises KeysError: naming the line and the mend, if it is malformed.
        """
        return cls(parse_keys(text))

    @classmethod
    def load(cls, path: Path) -> Self:
        """The keys of a keys file.

        :raises KeysMissing: if there is no such file.
        :raises KeysError: naming the file and the mend, if it is open to the group or
            to others, or malformed.
        """
        text = keys_file.read_private(path)
        try:
            return cls.from_text(text)
        except KeysError as err:
            raise KeysError(f"The keys file {path} cannot be used. {err}") from None

    def subkey(self, purpose: str, key_id: int | None = None) -> bytes:
        """The 32 bytes for one purpose, of the newest key unless an id is given.

        :raises KeysError: if there is no key of that id.
        """
        wanted = self.newest if key_id is None else key_id
        known = self._subkeys.get((purpose, wanted))
        if known is not None:
            return known
        if wanted not in self._keys:
            raise KeysError(
                f"Key {wanted} is not in the keyring, which has {_words(self.ids)}. "
                "Put its line back into the keys file."
            )
        # The keys are uniformly random, so HKDF needs no salt (RFC 5869, section 3.1).
        derived = HKDF(SHA256(), KEY_BYTES, None, (_SUBKEY_INFO + purpose).encode())
        subkey = derived.derive(self._keys[wanted])
        self._subkeys[purpose, wanted] = subkey
        return subkey


def create(path: Path) -> Keyring:
    """The keys of the file, which is made with one fresh key if there is none.

    Of several processes that do this at once, all get the same keys.

    :raises KeysError: as `Keyring.load`, or if the file cannot be written.
    """
    try:
        return Keyring.load(path)
    except KeysMissing:
        keys_file.write_new(path, f"{_HEADER}{generate()}\n")
    return Keyring.load(path)


def add_key(path: Path) -> Keyring:
    """The keys of the file with a fresh one added, which seals from now on.

    :raises KeysError: as `Keyring.load`, or if the file cannot be written.
    """
    Keyring.load(path)
    keys_file.rewrite(path, _with_fresh_key)
    return Keyring.load(path)


def drop_key(path: Path, key_id: int) -> Keyring:
    """The keys of the file without the one of this id; its line is removed.

    The caller makes sure that nothing is sealed with it any more.

    :raises KeysError: as `Keyring.load`, if there is no key of that id or it is the
        newest, or if the file cannot be written.
    """
    Keyring.load(path)
    keys_file.rewrite(path, lambda text: _without(text, key_id))
    return Keyring.load(path)


def _with_fresh_key(text: str) -> str:
    return f"{text.rstrip()}\n{generate(max(parse_keys(text)) + 1)}\n"


def _without(text: str, key_id: int) -> str:
    ids = tuple(parse_keys(text))
    if key_id not in ids[:-1]:
        raise KeysError(
            f"Key {key_id} cannot be dropped from the keys file, which has "
            f"{_words(ids)}: name one that is there and is not the newest."
        )
    lines = text.splitlines(keepends=True)
    return "".join(
        line
        for line in lines
        if not (content := content_of(line)) or parse_line(content)[0] != key_id
    )


def _words(ids: tuple[int, ...]) -> str:
    return ", ".join(map(str, ids))
