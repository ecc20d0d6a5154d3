"""
`python -m bench.measuring.our_sequences NAME FOLDER OUT SEED`: what Lookalike costs on a task of sequences.

`draw` fits twice and times the second fit, since the first has read the kernels, writes the rows to be judged to
``rows.parquet``, and draws for a rate. `memory` fits once. Both write ``cost.json``.
"""

import io
import json
import sys
from pathlib import Path

import polars as pl

from bench.measuring.meter import peak_bytes, timed
from lookalike import TimeSeriesModel, TimeSeriesSynthesizer
from lookalike.formats import WriteOptions, parquet

LEAST_ROWS = 200_000  # drawn for a rate: fewer take too few ticks of the clock


def draw(folder: Path, out: Path, seed: int) -> dict[str, float]:
    """CPU seconds from a frame to a model, rows per CPU second decoded and written as Parquet."""
    told = json.loads((folder / "meta.json").read_text("utf-8"))
    learn(folder, seed)
    model, fit_s = timed(lambda: learn(folder, seed))
    asked = {"n_sequences": told["n_sequences"]} if told["n_sequences"] else {"n_rows": told["n_rows"]}
    model.sample(**asked).write_parquet(out / "rows.parquet")
    _, decoded_s = timed(lambda: model.sample(LEAST_ROWS))
    _, written_s = timed(
        lambda: parquet.write(model.typed_blocks(LEAST_ROWS), model.metadata, io.BytesIO(), WriteOptions())
    )
    return {
        "fit_s": fit_s,
        "peak_bytes": peak_bytes(),
        "decoded_per_s": LEAST_ROWS / decoded_s,
        "written_per_s": LEAST_ROWS / written_s,
    }


def memory(folder: Path, out: Path, seed: int) -> dict[str, float]:
    """Peak of a process that does nothing but fit once."""
    learn(folder, seed)
    return {"fit_s": 0.0, "peak_bytes": peak_bytes(), "decoded_per_s": 0.0}


def learn(folder: Path, seed: int) -> TimeSeriesModel:
    """The model of train: key and index are told, the rest is default."""
    told = json.loads((folder / "meta.json").read_text("utf-8"))
    roles = {name: told[of] for name, of in (("sequence_key", "key"), ("sequence_index", "index")) if told[of]}
    return TimeSeriesSynthesizer(seed=seed, **roles).fit(pl.read_parquet(folder / "train.parquet"))


TASKS = {"draw": draw, "memory": memory}


def main() -> None:
    """Write the task's figures."""
    name, folder, out, seed = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    (out / "cost.json").write_text(json.dumps(TASKS[name](folder, out, seed)), "utf-8")


if __name__ == "__main__":
    main()
