"""Near-duplicates found by an index: texts that share a band are mostly alike.

MinHash (Broder 1997) over three-word shingles. Of two texts whose shingles overlap by
the share s, one hash agrees with probability s, a band of r hashes with s**r, and at
least one of b bands with 1 - (1 - s**r)**b. With r = 3 and b = 8 that is 96.5 % at
s = 0.7 and 6.2 % at s = 0.2; two rows, for comparison, would pair 28 % at 0.2.
"""

import hashlib
import struct
from collections.abc import Sequence

BANDS = 8
ROWS = 3
SHINGLE_WORDS = 3

MIN_WORDS = 8
"""Fewer words make too few shingles to compare."""

MAX_WORDS = 2_000
"""Words that are compared: every text of ordinary words that fits a submission."""

_HASHES = struct.Struct(f"<{BANDS * ROWS}I")
_BAND = struct.Struct(f"<{ROWS}I")
_BAND_BYTES = 8


def bands_of(words: Sequence[str]) -> tuple[str, ...]:
    """Return the band hashes of a text, 16 hex digits each; none for a short text.

    The first digit is the band's number, so that bands never meet each other.
    """
    if len(words) < MIN_WORDS:
        return ()
    signature = _signature(words[:MAX_WORDS])
    return tuple(
        f"{band:x}{_digest(signature[band * ROWS : (band + 1) * ROWS])}"
        for band in range(BANDS)
    )


def _signature(words: Sequence[str]) -> list[int]:
    shingles = {
        " ".join(words[start : start + SHINGLE_WORDS])
        for start in range(len(words) - SHINGLE_WORDS + 1)
    }
    # One call gives all hashes of a shingle, each independent of the others.
    rows = (
        _HASHES.unpack(
            hashlib.shake_128(shingle.encode("utf-8", "surrogatepass")).digest(
                _HASHES.size
            )
        )
        for shingle in shingles
    )
    return list(map(min, zip(*rows, strict=True)))


def _digest(hashes: Sequence[int]) -> str:
    packed = _BAND.pack(*hashes)
    return hashlib.blake2b(packed, digest_size=_BAND_BYTES).hexdigest()[1:]
