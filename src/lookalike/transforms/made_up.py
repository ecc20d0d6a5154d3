"""Columns whose texts are nearly all different, such as identifiers and names: fresh texts of the same formats."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.dtypes import dtype_from_json, dtype_to_json
from lookalike.data.streams import key
from lookalike.transforms import Codes, Encoded, Numbers, Scale, Scores
from lookalike.transforms.categorical import Count
from lookalike.transforms.format import ATTEMPTS, Format, find_formats, mix, texts

MISSING = 1


@dataclass(frozen=True)
class MadeUp:
    """
    The formats seen and how often, and what must not come out.

    Attributes:
        weights: Rows a format was seen in, shape ``(len(formats),)``.
        known: Sorted digests of the train texts.
        unique: No two train rows were the same, so no two rows of an output are, as long as the format has room.
    """

    dtype: pl.DataType
    formats: tuple[Format, ...]
    weights: npt.NDArray[np.int64]
    known: npt.NDArray[np.uint64]
    unique: bool
    has_missing: bool
    exact: bool = False

    @property
    def n_levels(self) -> int:
        return 0

    @property
    def scale(self) -> Scale:
        n_codes = 1 + self.has_missing
        return Scale(
            ordered=False,
            n_bins=n_codes,
            code_bins=np.arange(n_codes, dtype=np.uint8),
            code_scores=np.zeros(n_codes, np.float32),
            code_ranks=np.full(n_codes, np.nan),
            cell_bins=np.zeros(0, np.uint8),
            cell_ranks=np.zeros(0),
        )

    def levels(self, codes: Codes, scores: Scores) -> Codes:
        return codes

    def decode(self, codes: Codes, scores: Scores, *, seed: int, rows: Numbers) -> pl.Series:
        salt = key(seed, "made up", *(f.kinds + f.literals for f in self.formats[:1])) & (2**63 - 1)
        chosen = self._choose(rows, salt)
        made = np.empty(len(codes), object)
        for number in np.unique(chosen):
            mine = np.flatnonzero(chosen == number)
            made[mine] = self._fresh(self.formats[number], rows[mine], salt + int(number))
        made[codes == MISSING] = None
        return pl.Series(made.tolist(), dtype=pl.String).cast(self.dtype)

    def decode_levels(self, levels: Codes) -> pl.Series:
        return pl.Series([None] * len(levels), dtype=self.dtype)

    def state(self) -> tuple[dict[str, Any], Mapping[str, npt.NDArray[Any]]]:
        spec = {
            "kind": "made_up",
            "dtype": dtype_to_json(self.dtype),
            "formats": [[f.kinds, f.literals] for f in self.formats],
            "unique": self.unique,
            "has_missing": self.has_missing,
        }
        return spec, {"weights": self.weights, "known": self.known}

    def _choose(self, rows: Numbers, salt: int) -> npt.NDArray[np.int64]:
        places = mix(rows, salt) % np.uint64(self.weights.sum())
        return np.searchsorted(np.cumsum(self.weights), places.astype(np.int64), side="right")

    def _fresh(self, form: Format, rows: Numbers, salt: int) -> list[str]:
        made = texts(form, rows, salt, attempt=0)
        for attempt in range(1, ATTEMPTS):
            stale = np.flatnonzero(np.isin(digests(made), self.known))
            if not len(stale):
                break
            for row, text in zip(stale, texts(form, rows[stale], salt, attempt=attempt), strict=True):
                made[row] = text
        return made


def digests(values: list[str]) -> npt.NDArray[np.uint64]:
    """64-bit digests of texts."""
    joined = b"".join(blake2b(text.encode(), digest_size=8).digest() for text in values)
    return np.frombuffer(joined, "<u8").astype(np.uint64)


def fit_made_up(counted: Count, *, unique: bool) -> tuple[MadeUp, Encoded]:
    """The transform of a counted column of texts, and the column's own encoding: missing or not."""
    values = counted.values.cast(pl.String)
    formats, weights = find_formats(values, counted.n_rows)
    known = np.sort(digests(values.to_list()))
    transform = MadeUp(counted.values.dtype, formats, weights, known, unique, counted.n_missing > 0)
    codes = (counted.numbers == len(counted.values)).astype(np.int32)
    return transform, Encoded(codes, np.zeros(len(codes), np.float32), codes)


def load_made_up(spec: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> MadeUp:
    """The transform of a state."""
    return MadeUp(
        dtype=dtype_from_json(spec["dtype"]),
        formats=tuple(Format(kinds, literals) for kinds, literals in spec["formats"]),
        weights=arrays["weights"],
        known=arrays["known"],
        unique=spec["unique"],
        has_missing=spec["has_missing"],
    )
