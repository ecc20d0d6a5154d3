"""What was measured and judged, as values and as JSON."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True)
class Cost:
    """
    What fitting and drawing took. Rates are rows per CPU second of one thread.

    Attributes:
        fit_s: CPU seconds from a table in memory to a model in memory.
        peak_bytes: Most memory resident in the process that fits, interpreter and libraries included.
        decoded_per_s: As a frame of the library's own kind.
        codes_per_s, written_per_s: Before decoding; decoded and written as Parquet. None where it was not measured.
        versions: Of the packages that did it.
    """

    fit_s: float
    peak_bytes: float
    decoded_per_s: float
    codes_per_s: float | None = None
    written_per_s: float | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, *paths: Path) -> Self:
        """The cost whose parts the files hold."""
        parts: dict[str, Any] = {}
        for path in paths:
            parts |= json.loads(path.read_text("utf-8"))
        return cls(**parts)


@dataclass(frozen=True)
class Score:
    """A figure of the judge and what fresh real rows get in its place; None where there is none."""

    value: float | None
    floor: float | None


Scores = Mapping[str, Score]  # by title, in the judge's order


@dataclass(frozen=True)
class Table:
    """A real table in two halves: a folder with ``train.parquet``, ``holdout.parquet``, ``meta.json``."""

    name: str
    folder: Path

    @property
    def digest(self) -> str:
        """Another one when any of the three files has other bytes."""
        digest = sha256()
        for name in ("train.parquet", "holdout.parquet", "meta.json"):
            digest.update(sha256((self.folder / name).read_bytes()).digest())
        return digest.hexdigest()


@dataclass(frozen=True)
class Shape:
    """Rows and columns of a table's train half."""

    n_rows: int
    n_columns: int


@dataclass(frozen=True)
class Entry:
    """
    One generator on one table.

    Attributes:
        scores: By how the rows were drawn; see `tabular`.
        date: When it was measured, ISO.
    """

    who: str
    table: str
    cost: Cost
    scores: Mapping[str, Scores]
    date: str


@dataclass(frozen=True)
class Failure:
    """Why there is no entry: a generator that could not be installed (no table), or that did not end on a table."""

    who: str
    table: str | None
    reason: str


def number(value: object) -> float | None:
    """A finite number of a judge's JSON, or None."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
