"""The data that judges outside were given: real tables cut as they cut them, and synthetic ones made here."""

from collections.abc import Sequence
from dataclasses import dataclass
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
