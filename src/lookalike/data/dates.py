"""Dates, datetimes and times as text: which one pattern all cells of a column follow."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import Literal

import polars as pl

from lookalike.data.metadata import ColumnType

_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y",
    "%-d/%-m/%Y", "%-m/%-d/%Y", "%-d.%-m.%Y",
    "%d/%m/%y", "%m/%d/%y", "%-d/%-m/%y", "%-m/%-d/%y", "%d.%m.%y",
    "%d %b %Y", "%-d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y", "%b %-d, %Y", "%B %-d, %Y", "%-d %B %Y",
)  # fmt: skip
_TIMES = (
    "%H:%M:%S", "%H:%M", "%H:%M:%S%.3f", "%H:%M:%S%.6f", "%H:%M:%S%.9f", "%H:%M:%S%.f",
    "%-H:%M:%S", "%-H:%M", "%I:%M:%S %p", "%-I:%M:%S %p", "%I:%M %p", "%-I:%M %p",
)  # fmt: skip
_LIKELY = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d|\d{1,2}:\d{2}|\d{1,2}[ -][A-Z][a-z]{2}|[A-Z][a-z]{2,8} \d|(19|20)\d{6}($|[T ])",
    re.ASCII,
)
_OFFSET = re.compile(r":\d{2}(?:\.\d+)?( ?(?:Z|UTC|[+-]\d{2}:?\d{2}))$", re.ASCII)
_ZERO = {"Z", "UTC", "+00:00", "+0000"}
_COMPACT = (
    r"^(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"  # eight digits are a date only in these two centuries
)
_YEARS = (1, 9999)  # what Python's own dates can hold; polars reads more
_SAMPLE = 64  # cells on which most patterns fail already
_SHAPES = {
    "%Y": r"\d{4}", "%y": r"\d\d", "%m": r"\d\d", "%-m": r"\d\d?", "%d": r"\d\d", "%-d": r"\d\d?",
    "%b": "[A-Z][a-z]{2}", "%B": "[A-Z][a-z]{2,8}", "%H": r"\d\d", "%-H": r"\d\d?", "%I": r"\d\d", "%-I": r"\d\d?",
    "%M": r"\d\d", "%S": r"\d\d", "%p": "[AP]M",
    "%.3f": r"\.\d{3}", "%.6f": r"\.\d{6}", "%.9f": r"\.\d{9}", "%.f": r"(\.\d+)?",
}  # fmt: skip


@dataclass(frozen=True)
class Moments:
    """
    A pattern and how it fits.

    Attributes:
        type: DATE, DATETIME or TIME.
        pattern: strftime, fixed offset included as it stands.
        zone: ``UTC`` if every cell ends in a zero offset, else None.
        fits: For each cell tried, whether reading and writing it by the pattern gives the same text.
    """

    type: ColumnType
    pattern: str
    zone: str | None
    fits: pl.Series

    def read(self, cells: pl.Series) -> pl.Series:
        """The cells as polars dates, datetimes or times; null where they do not fit."""
        return parse(cells, self.type, self.pattern, self.zone)


def likely(cell: str) -> bool:
    """Whether a cell begins as a date or a time does."""
    return _LIKELY.match(cell) is not None


def find(cells: pl.Series, share: float) -> Moments | None:
    """
    The one pattern that fits all cells, else the one that fits most of them.

    Args:
        cells: Distinct, without nulls.
        share: The least share of cells a pattern must fit, in (0, 1].

    Returns:
        None if no pattern fits that many, or if two that fit equally well read different dates (day and month).
    """
    sample = cells.gather_every(max(1, len(cells) // _SAMPLE))
    shown = [c for c in sample.to_list() if likely(c)]
    if not shown:
        return None
    suffix = Counter(map(_suffix, shown)).most_common(1)[0][0]
    alike = [p for p in _patterns(suffix) if sum(map(bool, map(_shape(p[1]).fullmatch, shown))) >= len(shown) / 2]
    found = [p for p in alike if _share(_try(sample, *p)) >= share - 0.1]
    tried = [m for p in found if _share(m := _try(cells, *p)) >= share]
    best = [m for m in tried if _share(m) == max(map(_share, tried))]
    if not best or any(not m.read(cells).equals(best[0].read(cells)) for m in best[1:]):
        return None
    return best[0]


def parse(cells: pl.Series, type_: ColumnType, pattern: str, zone: str | None) -> pl.Series:
    """
    The cells as dates, datetimes (nanoseconds if the pattern has nine digits, else microseconds) or times.

    Args:
        zone: What datetimes without an offset are meant in; None leaves them without one.

    Returns:
        Null where a cell does not follow the pattern.
    """
    if type_ is ColumnType.DATE:
        return cells.str.to_date(pattern, strict=False)
    if type_ is ColumnType.TIME:
        return cells.str.to_time(pattern, strict=False)
    unit: Literal["ns", "us"] = "ns" if "%.9f" in pattern else "us"
    values = cells.str.to_datetime(pattern, time_unit=unit, strict=False)
    return values.dt.replace_time_zone(zone) if zone else values


def _share(moments: Moments) -> float:
    return int(moments.fits.sum()) / len(moments.fits)


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    """What a cell of the pattern looks like, to leave most patterns out before anything is parsed."""
    parts = re.split(r"(%-?[A-Za-z]|%\.\d?f)", pattern)
    return re.compile("".join(_SHAPES.get(part) or re.escape(part) for part in parts), re.ASCII)


def _suffix(cell: str) -> str:
    match = _OFFSET.search(cell)
    return match.group(1) if match else ""


@cache
def _patterns(suffix: str) -> tuple[tuple[ColumnType, str, str | None], ...]:
    zone = "UTC" if suffix.strip() in _ZERO else None
    if suffix:
        stamps = [f"{d}{s}{t}{suffix}" for d in _DATES for s in "T " for t in _TIMES]
        return tuple((ColumnType.DATETIME, p, zone) for p in stamps)
    dates = [(ColumnType.DATE, p, None) for p in _DATES]
    times = [(ColumnType.TIME, p, None) for p in _TIMES]
    return (*dates, *times, *((ColumnType.DATETIME, f"{d}{s}{t}", None) for d in _DATES for s in "T " for t in _TIMES))


def _try(cells: pl.Series, type_: ColumnType, pattern: str, zone: str | None) -> Moments:
    values = parse(cells, type_, pattern, zone)
    fits = (values.dt.strftime(pattern) == cells).fill_null(False)
    if type_ is not ColumnType.TIME:
        fits &= values.dt.year().is_between(*_YEARS).fill_null(False)
    if pattern.startswith("%Y%m%d"):
        fits &= cells.str.contains(_COMPACT)
    return Moments(type_, pattern, zone, fits)
