"""
`python -m bench.measuring.ours TASK FOLDER OUT`: what Lookalike costs on a table, one task a process.

`fit` writes the model, the table's shape and the CPU seconds of a second fit: the first has read the kernels. `memory`
fits once. `draw` draws from the model of `fit` and writes the rows to be judged: ``n.parquet``, as many as train has,
and ``independent.parquet``, as many at random out of ten times as many: within a block donors are drawn without
replacement, which flatters a block of train's size. `sample` makes a table of the packaged sample instead.
"""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from bench.measuring.meter import peak_bytes, timed
from lookalike import TabularModel, TabularSynthesizer, TextModel, TimeSeriesModel, load, samples
from lookalike.engines import BLOCK_ROWS
from lookalike.engines.tabular import Model
from lookalike.formats import WriteOptions, parquet

SEED = 7
LEAST_ROWS = 200_000  # drawn for a rate: fewer take too few ticks of the clock


def fit(folder: Path, out: Path) -> dict[str, float]:
    """CPU seconds from a frame to a model, kernels warm."""
    train, categorical = table(folder)
    learn(train, categorical)
    model, fit_s = timed(lambda: learn(train, categorical))
    model.save(out / "model.lookalike")
    (out / "shape.json").write_text(json.dumps({"n_rows": train.height, "n_columns": train.width}), "utf-8")
    return {"fit_s": fit_s}


def memory(folder: Path, out: Path) -> dict[str, float]:
    """Peak of a process that does nothing but fit once."""
    learn(*table(folder))
    return {"peak_bytes": peak_bytes()}


def draw(folder: Path, out: Path) -> dict[str, float]:
    """Rows per CPU second: codes, decoded, written as Parquet."""
    path = out / "model.lookalike"
    model, inner = load(path), Model.from_bytes(path.read_bytes())
    n_train = pl.scan_parquet(folder / "train.parquet").select(pl.len()).collect().item()
    n_rows = max(n_train, LEAST_ROWS)
    keep(model, n_train, out)
    tasks: dict[str, Callable[[], Any]] = {
        "codes_per_s": lambda: draw_codes(inner, n_rows),
        "decoded_per_s": lambda: model.sample(n_rows),
        "written_per_s": lambda: parquet.write(
            model.typed_blocks(n_rows), model.metadata, io.BytesIO(), WriteOptions()
        ),
    }
    return {name: n_rows / timed(task)[1] for name, task in tasks.items()}


def sample(folder: Path, out: Path) -> dict[str, float]:
    """The packaged sample in two halves, in `folder`."""
    rows = pl.read_csv(samples.path("adult.csv"))
    half = rows.height // 2
    rows.head(half).write_parquet(folder / "train.parquet")
    rows.slice(half, half).write_parquet(folder / "holdout.parquet")
    meta = {"target": rows.columns[-1], "task": "binary", "categorical": [], "datetime": []}
    (folder / "meta.json").write_text(json.dumps(meta), "utf-8")
    return {}


def table(folder: Path) -> tuple[pl.DataFrame, frozenset[str]]:
    """Train, and the columns that its description calls categories."""
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    return pl.read_parquet(folder / "train.parquet"), frozenset(meta["categorical"])


def learn(train: pl.DataFrame, categorical: frozenset[str]) -> TabularModel:
    """The model of train by default parameters, types found and all."""
    told = {name: {"type": "categorical"} for name in train.columns if name in categorical}
    return TabularSynthesizer(seed=SEED, columns=told).fit(train)


def keep(model: TabularModel | TextModel | TimeSeriesModel, n_rows: int, out: Path) -> None:
    """Write the rows to be judged."""
    model.sample(n_rows).write_parquet(out / "n.parquet")
    many = model.sample(10 * n_rows)
    many.sample(n_rows, shuffle=True, seed=SEED).write_parquet(out / "independent.parquet")


def draw_codes(model: Model, n_rows: int) -> None:
    """Draw rows block by block, and decode none."""
    for block, start in enumerate(range(0, n_rows, BLOCK_ROWS)):
        model.draw_codes(min(BLOCK_ROWS, n_rows - start), seed=SEED, block=block)


TASKS = {"fit": fit, "memory": memory, "draw": draw, "sample": sample}


def main() -> None:
    """Write the task's figures to ``OUT/TASK.json``."""
    name, folder, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    (out / f"{name}.json").write_text(json.dumps(TASKS[name](folder, out)), "utf-8")


if __name__ == "__main__":
    main()
