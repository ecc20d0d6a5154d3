"""
The file a plan, a fitted group or a model is kept in: JSON and flat arrays, nothing that runs.

Magic, version, length of the header (8 bytes each, little-endian), the header as JSON, the arrays one after the other
at multiples of 64 bytes, and the SHA-256 of all before.
"""

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.errors import ModelFileError

MAGIC = b"LOOKTAB\n"
VERSION = 2  # 2: columns know whether their table holds them as text
_PREFIX = 24
_DIGEST = 32
_ALIGN = 64
_KIND = re.compile(rb'"kind":"([a-z ]+)"} *\Z')  # keys of the header are sorted, so that this one is the last
_KIND_MOST = 256  # bytes in which it stands, padding and all
_DTYPES = frozenset({"|i1", "|u1", "<i2", "<i4", "<i8", "<u8", "<f4", "<f8"})

Arrays = Mapping[str, npt.NDArray[Any]]


def pack(kind: str, header: Mapping[str, Any], arrays: Arrays) -> bytes:
    """The bytes of a file; the same for the same contents."""
    listed, blobs, offset = [], [], 0
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        array = array.astype(array.dtype.newbyteorder("<"), copy=False)
        padding = -array.nbytes % _ALIGN
        listed.append({"name": name, "dtype": array.dtype.str, "shape": list(array.shape), "offset": offset})
        blobs += [array.tobytes(), bytes(padding)]
        offset += array.nbytes + padding
    text = json.dumps({"kind": kind, "header": header, "arrays": listed}, sort_keys=True, separators=(",", ":"))
    top = text.encode()
    top += b" " * (-(len(top) + _PREFIX) % _ALIGN)
    body = b"".join([MAGIC, VERSION.to_bytes(8, "little"), len(top).to_bytes(8, "little"), top, *blobs])
    return body + sha256(body).digest()


def unpack(kind: str, value: bytes) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """
    Header and arrays (writable copies) of a file.

    Raises:
        ModelFileError: not ours, another version or kind, damaged.
    """
    if value[: len(MAGIC)] != MAGIC or len(value) < _PREFIX + _DIGEST:
        raise ModelFileError("This is not a file of the tabular engine.", hint="Give a file that was written by it.")
    version = int.from_bytes(value[8:16], "little")
    if version != VERSION:
        raise ModelFileError(f"The file has version {version}, and this engine reads version {VERSION}.")
    if sha256(value[:-_DIGEST]).digest() != value[-_DIGEST:]:
        raise ModelFileError("The file is damaged: its checksum does not match.")
    return _contents(kind, value)


def kind_of(value: bytes) -> str | None:
    """The kind that a file says it holds, without looking at the rest; None for what is no such file."""
    end = _PREFIX + int.from_bytes(value[16:24], "little")
    found = _KIND.search(value[max(_PREFIX, end - _KIND_MOST) : end]) if value[: len(MAGIC)] == MAGIC else None
    return found[1].decode() if found else None


def named(prefix: str, arrays: Arrays) -> dict[str, npt.NDArray[Any]]:
    """The arrays, with that before their names."""
    return {f"{prefix}{name}": array for name, array in arrays.items()}


def part(arrays: Arrays, prefix: str) -> dict[str, npt.NDArray[Any]]:
    """The arrays whose names begin so, without that."""
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _contents(kind: str, value: bytes) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    end = _PREFIX + int.from_bytes(value[16:24], "little")
    try:
        top = json.loads(value[_PREFIX:end])
        body = memoryview(value)[end:-_DIGEST]  # of bytes a slice is a copy, and there may be 40,000 arrays
        arrays = {entry["name"]: _array(entry, body) for entry in top["arrays"]}
        found, header = top["kind"], top["header"]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ModelFileError("The file is damaged: its header cannot be read.") from None
    if found != kind or not isinstance(header, dict):
        raise ModelFileError(f"The file does not hold a {kind}.", hint="Give the file that was asked for.")
    return header, arrays


def _array(entry: Mapping[str, Any], body: memoryview) -> npt.NDArray[Any]:
    shape = tuple(entry["shape"])
    if entry["dtype"] not in _DTYPES or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise ValueError("dtype or shape")
    dtype = np.dtype(entry["dtype"])
    size = int(np.prod(shape, dtype=object)) if shape else 1
    if not 0 <= entry["offset"] <= len(body) - size * dtype.itemsize:
        raise ValueError("bounds")
    flat = np.frombuffer(body, dtype, count=size, offset=entry["offset"])
    return flat.reshape(shape).astype(dtype.newbyteorder("="), copy=True)
