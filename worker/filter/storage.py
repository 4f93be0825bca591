"""Models as bytes, and back: nothing in them is ever executed, and what is torn shows.

A model is eight bytes of magic, the length of the header (4 bytes, little-endian), the
header as JSON, and raw little-endian arrays. The header tells format and versions, how
long the arrays are, and a SHA-256 of itself (without the sum) and of the arrays.
"""

import json
import struct
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from sys import float_info
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from service.text.normal_form import NORMAL_VERSION
from worker.filter.features import FEATURES_VERSION
from worker.filter.model import SITE_BITS, Base, SiteModel

MAX_SITE_BYTES: Final = 2 * 1024 * 1024
"""A site's model never takes more."""

BASE_FILE: Final = "base.model"

_MAGIC = b"FOYERMDL"
_FORMAT = 1
_LENGTH = struct.Struct("<I")
_MAX_HEADER = 65_536
_MAX_BITS = 22


class ForeignModel(ValueError):
    """The bytes are no model, or one for other versions of format or features."""


class TornModel(ValueError):
    """The bytes are a model that was cut short or changed."""


class NotFinite(ValueError):
    """A number of the model is infinite or not a number."""


def to_bytes(model: Base | SiteModel) -> bytes:
    """The model as bytes, the same for the same model.

    :raises NotFinite: if a number of the model is infinite or not a number.
    """
    if isinstance(model, Base):
        return _base_bytes(model)
    used = np.flatnonzero(model.squares).astype("<u4")
    is_sparse = 3 * len(used) < 2 * len(model.squares)
    header = {
        "kind": "site",
        "bits": model.bits,
        "bias": model.bias,
        "bias_square": model.bias_square,
        "decisions": model.decisions,
        "places": len(used) if is_sparse else None,
    }
    weights, squares = model.weights.astype("<f4"), model.squares.astype("<f4")
    if is_sparse:
        return _packed(header, used, weights[used], squares[used])
    return _packed(header, weights, squares)


def _base_bytes(base: Base) -> bytes:
    # Eight bits for a weight: the base is built so that this loses nothing.
    if not np.isfinite(base.weights).all():
        raise NotFinite("A weight of the base is not a finite number.")
    step = float(np.abs(base.weights).max(initial=0)) / 127 or 1.0
    steps = np.rint(base.weights / np.float32(step))
    header = {
        "kind": "base",
        "bits": base.bits,
        "bias": base.bias,
        "name": base.name,
        "step": step,
    }
    return _packed(header, steps.astype("i1"))


def _packed(header: Mapping[str, Any], *arrays: NDArray[Any]) -> bytes:
    for numbers in arrays:
        if not np.isfinite(numbers).all():
            raise NotFinite("A number of the model is not finite.")
    body = b"".join(numbers.tobytes() for numbers in arrays)
    said = {
        **header,
        "format": _FORMAT,
        "features": FEATURES_VERSION,
        "normaliser": NORMAL_VERSION,
        "length": len(body),
    }
    try:
        plain = _canonical(said)
    except ValueError as err:
        raise NotFinite("A number of the model is not finite.") from err
    whole = _canonical({**said, "sha256": sha256(plain + body).hexdigest()})
    return _MAGIC + _LENGTH.pack(len(whole)) + whole + body


def _canonical(header: Mapping[str, Any]) -> bytes:
    return json.dumps(
        header, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _opened(data: bytes, kind: str) -> tuple[dict[str, Any], bytes]:
    header, written, body = _split(data)
    said = {key: value for key, value in header.items() if key != "sha256"}
    if header.get("length") != len(body):
        raise TornModel("The model's arrays are not as long as its header says.")
    try:
        plain = _canonical(said)
        # There is one way to write a header; in any other, somebody changed it.
        is_ours = _canonical(header) == written
    except ValueError as err:
        raise NotFinite("A number of the model's header is not finite.") from err
    if not is_ours or header.get("sha256") != sha256(plain + body).hexdigest():
        raise TornModel("The model's checksum does not fit.")
    expected = {
        "format": _FORMAT,
        "kind": kind,
        "features": FEATURES_VERSION,
        "normaliser": NORMAL_VERSION,
    }
    for key, value in expected.items():
        if header.get(key) != value:
            said_value = str(header.get(key))[:20]
            msg = f"The model's {key} is {said_value}; this program reads {value}."
            raise ForeignModel(msg)
    return header, body


def _split(data: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    start = len(_MAGIC) + _LENGTH.size
    if data[: len(_MAGIC)] != _MAGIC[: len(data)]:
        raise ForeignModel("These bytes are not a model of Foyer.")
    if len(data) < start:
        raise TornModel("The model ends within its header.")
    (length,) = _LENGTH.unpack_from(data, len(_MAGIC))
    if length > _MAX_HEADER or len(data) < start + length:
        raise TornModel("The model ends within its header.")
    written, body = data[start : start + length], data[start + length :]
    try:
        header = json.loads(written)
    except (ValueError, RecursionError) as err:
        raise TornModel("The model's header is not JSON.") from err
    if not isinstance(header, dict):
        raise TornModel("The model's header is no JSON object.")
    return header, written, body


def _array(body: bytes, dtype: str, start: int, count: int) -> NDArray[Any]:
    numbers = np.frombuffer(body, dtype, count=count, offset=start)
    if not np.isfinite(numbers).all():
        raise NotFinite("A number of the model is not finite.")
    return numbers


def _number(header: Mapping[str, Any], key: str) -> float:
    value = header.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TornModel(f"The model's {key} is not a number.")
    # JSON knows no infinity, but Python reads one, 1e999 as well, and whole numbers of
    # any length. No comparison holds for what is not a number.
    if not abs(value) <= float_info.max:
        raise NotFinite(f"The model's {key} is not finite.")
    return float(value)


def _size(header: Mapping[str, Any]) -> int:
    bits = header.get("bits")
    if not isinstance(bits, int) or not 1 <= bits <= _MAX_BITS:
        raise ForeignModel("The model has an impossible number of weights.")
    return 1 << bits


def site_model_from(data: bytes) -> SiteModel:
    """The model that `to_bytes` wrote.

    :raises ForeignModel: if it is none of a site, or one of other versions.
    :raises TornModel: if it was cut short or changed.
    :raises NotFinite: if a number of it is not finite.
    """
    header, body = _opened(data, "site")
    if _size(header) != 1 << SITE_BITS:
        raise ForeignModel("The model has another number of weights.")
    model = SiteModel.empty()
    model.bias = _number(header, "bias")
    model.bias_square = _number(header, "bias_square")
    model.decisions = int(_number(header, "decisions"))
    count = header.get("places")
    if count is None:
        _expect(body, 8 << SITE_BITS)
        model.weights[:] = _array(body, "<f4", 0, 1 << SITE_BITS)
        model.squares[:] = _array(body, "<f4", 4 << SITE_BITS, 1 << SITE_BITS)
        return model
    if not isinstance(count, int) or count < 0:
        raise TornModel("The model's number of places is impossible.")
    _expect(body, 12 * count)
    used = _array(body, "<u4", 0, count)
    if count and int(used.max()) >= 1 << SITE_BITS:
        raise TornModel("A place of the model does not exist.")
    model.weights[used] = _array(body, "<f4", 4 * count, count)
    model.squares[used] = _array(body, "<f4", 8 * count, count)
    return model


def base_from(data: bytes) -> Base:
    """The base that `to_bytes` wrote.

    :raises ForeignModel: if it is no base, or one of other versions.
    :raises TornModel: if it was cut short or changed.
    :raises NotFinite: if a number of it is not finite.
    """
    header, body = _opened(data, "base")
    size = _size(header)
    _expect(body, size)
    step = _number(header, "step")
    # A step that is finite by itself may be too large for a weight of 32 bits.
    with np.errstate(over="ignore", invalid="ignore"):
        weights = _array(body, "i1", 0, size).astype(np.float32) * np.float32(step)
    if not np.isfinite(weights).all():
        raise NotFinite("A weight of the base is not a finite number.")
    weights.flags.writeable = False
    return Base(weights, _number(header, "bias"), str(header.get("name", ""))[:80])


def header_of(data: bytes) -> dict[str, Any]:
    """The header of a model, without a look at what follows it.

    :raises ForeignModel: if the bytes are no model.
    :raises TornModel: if they are not even a whole header.
    """
    return _split(data)[0]


def _expect(body: bytes, length: int) -> None:
    if len(body) != length:
        raise TornModel("The model's arrays are not as long as they must be.")


@cache
def shipped_base() -> Base:
    """The base that ships with the product; read once per process."""
    return base_from(files("worker.filter").joinpath(BASE_FILE).read_bytes())
