"""The data that judges outside were given: real tables cut as they cut them, and synthetic ones made here."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl

from lookalike.data.metadata import Column, ColumnType, Metadata

TYPES: dict[str, ColumnType] = {"status": ColumnType.CATEGORICAL, "category": ColumnType.INTEGER}


@dataclass(frozen=True)
class Judged:
    """One task of a judge: what was learnt from, what was held back, and the columns that keep rows together."""

    train: pl.DataFrame
    holdout: pl.DataFrame
    keys: tuple[str, ...]
    index: str

    @property
    def metadata(self) -> Metadata:
        return Metadata(tuple(Column(n, _type(n, t), t) for n, t in self.train.schema.items() if n not in self.keys))


def sequences(task: str, data: Path) -> Judged:
    """The real rows of a task, as the judge of sequences cuts them."""
    if task == "storms":
        return _storms(pl.read_csv(data / "storms.csv", try_parse_dates=True, infer_schema_length=None))
    if task == "stock-windows":
        return _blocks(pl.read_csv(data / "google_stock.csv").with_row_index("day"), 120, "day")
    hours = pl.read_csv(data / "etth1.csv", try_parse_dates=True)
    if task == "etth1-windows":
        return _blocks(hours, 336, "date")
    most = int(0.8 * hours.height)
    return Judged(hours[:most], hours[most:], (), "date")


def rough(real: pl.DataFrame, keys: Sequence[str], index: str) -> pl.DataFrame:
    """
    Rows learnt from, each number moved by up to a tenth of its spread, in every fourth 60 rows not at all: what a poor
    generator gives that copies.
    """
    rng = np.random.Generator(np.random.PCG64(11))
    numbers = [n for n, t in real.schema.items() if t.is_numeric() and n not in (*keys, index)]
    apart = 0.1 / 3 * (np.arange(real.height) // 60 % 4)
    moved = {n: real[n] + apart * float(real[n].std()) * rng.normal(size=real.height) for n in numbers}
    return real.with_columns(**{n: s.round(0) if real[n].dtype.is_integer() else s for n, s in moved.items()})


def _storms(rows: pl.DataFrame) -> Judged:
    rows = rows.drop("name").sort("storm_id", "time", maintain_order=True)
    names = np.array(sorted(rows["storm_id"].unique()))
    half = names[np.random.RandomState(0).permutation(len(names))[: len(names) // 2]]
    learnt = pl.col("storm_id").is_in(half.tolist())
    return Judged(rows.filter(learnt), rows.filter(~learnt), ("storm_id",), "time")


def _blocks(rows: pl.DataFrame, size: int, index: str) -> Judged:
    rows = rows.with_columns(block=pl.int_range(pl.len()) // size).filter(pl.len().over("block") >= 30)
    held = rows["block"] % 5 == 2
    rows = rows.with_columns(pl.format("b{}", pl.col("block").cast(pl.String).str.zfill(3)).alias("block"))
    return Judged(rows.filter(~held), rows.filter(held), ("block",), index)


def _type(name: str, dtype: pl.DataType) -> ColumnType:
    if isinstance(dtype, pl.Datetime):
        return ColumnType.DATETIME
    return TYPES.get(name, ColumnType.INTEGER if dtype.is_integer() else ColumnType.DECIMAL)


@dataclass(frozen=True)
class JudgedTexts:
    """The same of texts, 1,000 of each kind so that nobody draws any; their column, and that of their labels."""

    train: pl.DataFrame
    holdout: pl.DataFrame
    made: pl.DataFrame
    text: str
    label: str


TEXTS = {"banking77": ("text", "category"), "sms_spam": ("text", "label")}
N_TEXTS = 1_000


def texts(name: str, data: Path) -> JudgedTexts:
    """Real texts, and jumbled ones as of a poor generator that copies."""
    text, label = TEXTS[name]
    folded = pl.col(text).str.strip_chars().str.replace_all(r"\s+", " ")
    rows = pl.read_csv(data / f"{name}.csv").select(folded, label).filter(pl.col(text).str.len_bytes() > 0)
    rows = rows.unique(text, keep="first", maintain_order=True)
    rows = rows[np.random.Generator(np.random.PCG64(5)).permutation(rows.height)]
    train, holdout = rows[:N_TEXTS], rows[N_TEXTS : 2 * N_TEXTS]
    return JudgedTexts(train, holdout, _jumbled(train, text), text, label)


def _jumbled(rows: pl.DataFrame, text: str) -> pl.DataFrame:
    """Every fourth text as it is; the others end as the next one does, and every fifth word of theirs is left out."""
    words = [t.split() for t in rows[text]]
    joined = [a[: len(a) // 2] + b[len(b) // 2 :] for a, b in pairwise([*words, words[0]])]
    thinned = [" ".join(w for i, w in enumerate(j) if i % 5 != 3) for j in joined]
    made = [old if i % 4 == 0 else new for i, (old, new) in enumerate(zip(rows[text], thinned, strict=True))]
    return rows.with_columns(pl.Series(text, made))
