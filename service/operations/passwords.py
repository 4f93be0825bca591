"""Moderators' passwords: which are taken, and their slow hash.

Nothing here touches the store: a hash takes a tenth of a second, which no transaction
should wait for.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from service.domain.errors import InvalidInput, Unavailable

MIN_CHARS = 12
MAX_CHARS = 256
"""Long enough for any sentence; a bound, so that nobody sends a book to hash."""

HASHES_AT_ONCE = 2
"""Each takes 64 MiB, so that many at once would use up a small machine's memory."""

_WAIT_SECONDS = 5.0
_MIN_DISTINCT = 5

# The second recommended option of RFC 9106, section 4; argon2-cffi's default.
_HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)
_TURNS = BoundedSemaphore(HASHES_AT_ONCE)

# Of 32 random bytes that nobody kept: no password fits it, and refusing an unknown name
# takes as long as refusing a wrong password.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$CVgIPZgMvIctHI0VYmB97Q"
    "$DqnlSsnwdj4DpR8FpxNt3691YlRnkwPEZPeZ3sDGCCM"
)

# Words that most often make up leaked passwords, and rows of the keyboard.
_COMMON_WORDS = """
    abc abcd abcdef abcdefgh abcdefghijkl admin administrator asdf asdfgh asdfghjkl
    baseball changeme comment comments correcthorsebatterystaple dragon football foyer
    hello iloveyou letmein login master moderator monkey password passwort princess
    qazwsx qazwsxedc qazwsxedcrfv qwer qwert qwerty qwertyuiop qwertz root secret
    shadow sunshine superman test trustno welcome yxcvbnm zxcvbnm
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_NUMBERS = "01234567890123456789"
_AROUND = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_REPEATED = re.compile(r"(.+?)\1*", re.DOTALL)
_LOOKALIKES = str.maketrans("@013$5", "aoiess")


def _is_common(password: str) -> bool:
    folded = password.casefold()
    if (
        len(set(folded)) < _MIN_DISTINCT
        or folded in _NUMBERS
        or folded in _NUMBERS[::-1]
    ):
        return True
    core = _AROUND.sub("", folded)
    for spelling in (core, core.translate(_LOOKALIKES)):
        letters = "".join(filter(str.isalpha, spelling))
        once = _REPEATED.fullmatch(letters)
        if once is not None and once[1] in _COMMON:
            return True
    return False


def check_new_password(password: str) -> None:
    """Take a password that is long enough and not one of the first to be tried.

    :raises InvalidInput: naming ``password`` and saying what is wrong.
    """
    if len(password) < MIN_CHARS:
        problem = f"Use at least {MIN_CHARS} characters; a sentence is fine."
    elif len(password) > MAX_CHARS:
        problem = f"Use at most {MAX_CHARS} characters."
    elif _is_common(password):
        problem = "This is one of the first passwords anyone would try. Choose another."
    else:
        return
    raise InvalidInput({"password": [problem]})


@contextmanager
def _turn() -> Iterator[None]:
    if not _TURNS.acquire(timeout=_WAIT_SECONDS):
        raise Unavailable("Too many people sign in at once.")
    try:
        yield
    finally:
        _TURNS.release()


def hash_password(password: str) -> str:
    """The argon2id hash of a new password in PHC form, with a salt of its own.

    :raises InvalidInput: as `check_new_password`.
    :raises Unavailable: if too many hashes are being made.
    """
    check_new_password(password)
    with _turn():
        return _HASHER.hash(_bytes(password))


def check_password(stored: str | None, password: str) -> bool:
    """True if the password fits the stored hash; None fits none, and takes as long.

    :raises Unavailable: if too many hashes are being made.
    """
    with _turn():
        try:
            _HASHER.verify(stored or _NOBODY, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def needs_new_hash(stored: str) -> bool:
    """True if the hash was made with other costs than those of today."""
    return _HASHER.check_needs_rehash(stored)


def renewed_hash(password: str) -> str:
    """A hash with today's costs of a password that fitted its old one.

    :raises Unavailable: if too many hashes are being made.
    """
    with _turn():
        return _HASHER.hash(_bytes(password))


def _bytes(password: str) -> bytes:
    # Half a character must not turn into an error that carries the password.
    return password.encode("utf-8", "surrogatepass")
