"""
The format of texts, learnt place by place: which characters may stand there, and which one always does.

Texts of one format have the same shape: digits, capitals and small letters at the same places, and the same
punctuation. Where shapes are many because letters and digits mix at the same places (hexadecimal, random codes), texts
of one length and punctuation are one format. Texts that share leading letters have a format of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.columns import slots
from lookalike.transforms.pattern import Pattern
from lookalike.transforms.words import CLASSES, LITERAL, code_points

FORMATS_MAX = 300  # texts without a format have nearly as many as rows; the most frequent will do
LENGTH_MAX = 10_000  # characters a fresh text has at most: work and memory grow with them
TEXTS_MAX = 100_000  # texts that are looked at, evenly over all
POINTS_MAX = 2_000_000  # characters of a format that are looked at
FIXED_ROWS = 20  # texts that must share a letter or digit before it is taken for part of the format
MIXED_SHAPES = 16  # shapes of one length and punctuation, from which on letters and digits are taken to mix
PREFIX_SHARE = 0.9  # of the texts of a shape must begin with a frequent prefix before prefixes count
ROOM = 8  # texts a format must have for each train text, or it is made longer
_MIXES = ("0", "v", "V", "h", "H", "a", "A", "x", "X", "L", "w")  # from few characters to many
_NOT_HEX = r"[\p{L}--[a-fA-F]]|[a-f].*[A-F]|[A-F].*[a-f]"
_ALL = frozenset(CLASSES["w"])

Weights = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Formats:
    """
    What texts look like.

    Attributes:
        patterns: Most frequent first, all different.
        weights: Rows each was seen in, shape ``(len(patterns),)``.
    """

    patterns: tuple[Pattern, ...]
    weights: Weights


def find_formats(values: pl.Series, n_rows: Weights, prefixes: pl.Series | None = None) -> Formats:
    """
    The formats of distinct texts, the most frequent 300; long texts are cut.

    Args:
        values: Distinct, without nulls, at least one.
        n_rows: Rows of each, same length.
        prefixes: What each text begins with and keeps; texts of different ones have different formats. Without them
            leading letters that stand in 20 texts are found.
    """
    step = max(1, len(values) // TEXTS_MAX)
    texts = values.gather_every(step).str.head(LENGTH_MAX).alias("text")
    cells = _mixed(pl.DataFrame([texts, _shapes(texts), pl.Series("n_rows", n_rows[::step])]))
    told = None if prefixes is None else prefixes.gather_every(step).alias("prefix")
    cells = _prefixed(cells) if told is None else cells.with_columns(told)
    groups = cells.group_by("shape", "prefix").agg(pl.col("n_rows").sum(), pl.col("text"))
    groups = groups.sort(["n_rows", "shape", "prefix"], descending=[True, False, False]).head(FORMATS_MAX)
    found: dict[Pattern, int] = {}
    for shape, prefix, rows, own in groups.iter_rows():
        pattern = _with_room(_pattern(shape, prefix, sorted(own)), len(own) * step, len(prefix))
        found[pattern] = found.get(pattern, 0) + rows
    return Formats(tuple(found), np.array(list(found.values()), np.int64))


def told_format(format_: str) -> Pattern:
    """The pattern of a format that somebody told: see `ColumnParameters.format`."""
    told = tuple(kind if kind in CLASSES else LITERAL + literal for kind, literal in slots(format_))
    return Pattern(told, _end_of_run(told))


def _shapes(texts: pl.Series) -> pl.Series:
    shape = texts.str.replace_all(r"\p{N}", "0").str.replace_all(r"\p{Lu}", "A")
    return shape.str.replace_all(r"[\p{Ll}\p{Lt}\p{Lm}\p{Lo}\p{M}]", "a").alias("shape")


def _mixed(cells: pl.DataFrame) -> pl.DataFrame:
    """Shapes with letters and digits taken together, as ``x``, where they mix."""
    cells = cells.with_columns(pl.col("shape").str.replace_all("[0Aa]", "x").alias("skeleton"))
    cells = cells.with_columns((~pl.col("text").str.contains(_NOT_HEX)).alias("hex"))
    shapes = cells.group_by("skeleton", "shape").agg(pl.len().alias("n"), pl.col("hex").all())
    mixed = shapes.group_by("skeleton").agg(
        pl.len().alias("kinds"), pl.col("n").max(), pl.col("n").sum().alias("all"), pl.col("hex").all()
    )
    several = (pl.col("kinds") > MIXED_SHAPES) & (2 * pl.col("n") < pl.col("all"))
    hexadecimal = (pl.col("kinds") > 1) & pl.col("hex") & (pl.col("all") >= FIXED_ROWS)
    mixed = mixed.filter(several | hexadecimal)
    together = pl.col("skeleton").is_in(mixed["skeleton"].implode())
    return cells.with_columns(pl.when(together).then("skeleton").otherwise("shape").alias("shape"))


def _prefixed(cells: pl.DataFrame) -> pl.DataFrame:
    """A prefix for each text: empty, or leading letters; a rare one gives way to the most frequent of its shape."""
    cells = cells.with_columns(pl.col("text").str.extract(r"^(\p{L}{1,8})[^\p{L}]").fill_null("").alias("prefix"))
    counts = cells.group_by("shape", "prefix").len("n")
    often = counts.filter((pl.col("n") >= FIXED_ROWS) & (pl.col("prefix") != ""))
    shared = counts.group_by("shape").agg(pl.col("n").sum().alias("all"))
    told = often.group_by("shape").agg(pl.col("n").sum(), pl.col("prefix")).join(shared, on="shape")
    told = told.filter(pl.col("n") >= PREFIX_SHARE * pl.col("all"))
    kept = often.filter(pl.col("shape").is_in(told["shape"].implode()))
    cells = cells.join(kept.select("shape", "prefix", pl.lit(True).alias("kept")), on=["shape", "prefix"], how="left")
    left_out = pl.col("shape").is_in(told["shape"].implode()) & pl.col("kept").is_null()
    plain = pl.when(pl.col("kept").is_not_null()).then("prefix").otherwise(pl.lit(""))
    return cells.filter(~left_out).with_columns(plain.alias("prefix"))


def _pattern(shape: str, prefix: str, texts: list[str]) -> Pattern:
    """
    The pattern of texts of one shape.

    Args:
        texts: Of the same length as the shape, in order; of many only some are looked at, evenly.
    """
    step = max(1, len(texts) * len(shape) // POINTS_MAX)
    some = texts[::step]
    points = code_points(some, len(shape))
    enough = len(some) >= FIXED_ROWS
    found: list[str] = []
    for place, kind in enumerate(shape):
        seen = np.unique(points[:, place])
        literal = chr(int(seen[0])) if len(seen) else kind
        if place < len(prefix):
            found.append(LITERAL + prefix[place])
        elif kind not in "0Aax":
            found.append(LITERAL + kind)
        elif enough and len(seen) == 1:
            found.append(LITERAL + literal)
        else:
            found.append(_kind(kind, {chr(int(p)) for p in seen}, enough and not _digit_before(shape, place)))
    return Pattern(tuple(found), _end_of_run(tuple(found)))


def _kind(kind: str, seen: set[str], first: bool) -> str:
    """
    The class of a place.

    Args:
        first: No digit stands before it, and it was seen often enough to tell that a zero is never there.
    """
    if kind == "0":
        return "1" if first and "0" not in seen and seen <= _ALL else "0"
    if kind != "x":
        return kind
    plain = seen & _ALL or {"0"}
    return next(mix for mix in _MIXES if plain <= set(CLASSES[mix]))


def _digit_before(shape: str, place: int) -> bool:
    return place > 0 and shape[place - 1] in "0x"


def _end_of_run(found: tuple[str, ...]) -> int:
    """Where a longer text has more digits: behind the last run of places that vary, or at the end."""
    varying = [place for place, slot in enumerate(found) if not slot.startswith(LITERAL)]
    return varying[-1] + 1 if varying else len(found)


def _with_room(pattern: Pattern, n_texts: int, n_kept: int) -> Pattern:
    """The pattern with room: digits that were the same everywhere vary after all, the last first; else it is longer."""
    for place in _fixed_digits(pattern, n_kept):
        if pattern.room >= ROOM * n_texts:
            return pattern
        found = (*pattern.slots[:place], "0", *pattern.slots[place + 1 :])
        pattern = Pattern(found, _end_of_run(found))
    more = _last_kind(pattern)
    while pattern.room < ROOM * n_texts:
        longer = Pattern(pattern.slots, pattern.grow, (more,)).longer(1)
        pattern = Pattern(longer.slots, pattern.grow + 1)
    return pattern


def _fixed_digits(pattern: Pattern, n_kept: int) -> Iterator[int]:
    for place in range(len(pattern.slots) - 1, n_kept - 1, -1):
        if pattern.slots[place].startswith(LITERAL) and pattern.slots[place][1:] in CLASSES["0"]:
            yield place


def _last_kind(pattern: Pattern) -> str:
    varying = [slot for slot in pattern.slots if not slot.startswith(LITERAL)]
    return {"1": "0", "v": "h", "V": "H"}.get(varying[-1], varying[-1]) if varying else "0"
