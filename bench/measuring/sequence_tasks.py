"""
Tasks of sequences: folders with ``train.parquet``, ``holdout.parquet``, ``meta.json``.

``meta.json`` has `key` and `index` (null: none), `categorical` (no names: dtypes tell), and how much to give back:
`n_sequences`, or `n_rows` where that is null.
"""

import json
from pathlib import Path
from typing import Any

import polars as pl

from bench.measuring.judges import NotJudged
from bench.measuring.processes import failure
from bench.measuring.results import Table
from bench.measuring.sequence_judges import SequenceJudge
from lookalike import samples

# key, index, and whether as many sequences as train has are wanted, or as many rows, rounded up to whole thousands
TASKS: dict[str, tuple[str | None, str, bool]] = {
    "storms": ("storm_id", "time", True),
    "etth1-windows": ("block", "date", False),
    "stock-windows": ("block", "day", False),
    "etth1-long": (None, "date", False),
}


def of_the_judge(judge: SequenceJudge, folder: Path) -> list[Table]:
    """
    The tasks that the judging script has, as it exports them.

    Raises:
        NotJudged: it does not.
    """
    return [_exported(judge, name, folder / name) for name in TASKS]


def of_the_package(folder: Path) -> list[Table]:
    """The packaged storms, every second one held back."""
    rows = pl.read_csv(samples.path("storms.csv"))
    odd = pl.col("storm_id").rle_id() % 2 == 1
    (folder / "storms").mkdir(parents=True)
    rows.filter(~odd).write_parquet(folder / "storms" / "train.parquet")
    rows.filter(odd).write_parquet(folder / "storms" / "holdout.parquet")
    return [_described("storms", folder / "storms")]


def shape(task: Table) -> tuple[int, int, int]:
    """Sequences, rows and columns of a task's train half."""
    train, key = pl.read_parquet(task.folder / "train.parquet"), TASKS[task.name][0]
    return train[key].n_unique() if key else 1, train.height, train.width


def _exported(judge: SequenceJudge, name: str, folder: Path) -> Table:
    folder.mkdir(parents=True)
    log = folder / "export.log"
    files: list[str | Path] = [
        "--export-train",
        folder / "train.parquet",
        "--export-holdout",
        folder / "holdout.parquet",
    ]
    if reason := failure(judge.command(name, *files), log):
        raise NotJudged(f"the judge could not export {name}: it {reason}")
    return _described(name, folder)


def _described(name: str, folder: Path) -> Table:
    key, index, whole = TASKS[name]
    train = pl.read_parquet(folder / "train.parquet")
    told: dict[str, Any] = {
        "key": key,
        "index": index,
        "categorical": [],
        "n_sequences": train[key].n_unique() if key and whole else None,
        "n_rows": -(-train.height // 1_000) * 1_000,
    }
    (folder / "meta.json").write_text(json.dumps(told), "utf-8")
    return Table(name, folder)
