"""
`python -m bench.measuring.sequence_scale NAME OUT`: what many sequences cost, each in a process of its own.

`panel` learns from a million rows: 5,000 machines of 200 hours each. `storms-1,000` and `storms-100,000` draw so many
of the packaged storms whole, as Parquet, to a file that keeps nothing. All write ``cost.json`` and ``rows.json``.
"""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

from bench.measuring.meter import peak_bytes, timed
from lookalike import TimeSeriesModel, TimeSeriesSynthesizer, samples
from lookalike.formats import WriteOptions, parquet

MACHINES, HOURS = 5_000, 200
SAMPLED = 100_000  # rows of machines that are drawn for a rate
SEED = 7


def machines() -> pl.DataFrame:
    """Load that repeats by the day, heat that follows it, a state and a count: 1,000,000 rows."""
    rng, shape = np.random.default_rng(SEED), (MACHINES, HOURS)
    hour = np.arange(HOURS) % 24
    load = 50 + 20 * np.sin(hour / 24 * 2 * np.pi) + rng.normal(0, 8, (MACHINES, 1)) + rng.normal(0, 3, shape)
    heat = 20 + 0.3 * load + rng.normal(0, 1, shape)
    return pl.DataFrame(
        {
            "machine": np.repeat(np.arange(MACHINES), HOURS),
            "hour": pl.Series(np.tile(np.arange(HOURS), MACHINES) * 3_600_000_000).cast(pl.Datetime("us")),
            "site": np.repeat(rng.integers(0, 8, MACHINES), HOURS).astype(str),
            "load": load.ravel().round(1),
            "heat": heat.ravel().round(2),
            "state": np.where(load.ravel() > 75, "hot", np.where(load.ravel() < 30, "idle", "runs")),
            "parts": rng.poisson(np.clip(load / 10, 0, None)).ravel(),
        }
    )


def panel() -> tuple[int, dict[str, float]]:
    """A million rows learnt from."""
    table = machines()
    model, fit_s = timed(lambda: TimeSeriesSynthesizer(seed=SEED, sequence_key="machine").fit(table))
    _, written_s = timed(lambda: write(model, n_rows=SAMPLED))
    return table.height, {"fit_s": fit_s, "written_per_s": SAMPLED / written_s}


def storms(n_sequences: int) -> tuple[int, dict[str, float]]:
    """So many storms drawn."""
    model, fit_s = timed(lambda: TimeSeriesSynthesizer(seed=SEED).fit(samples.path("storms.csv")))
    n_rows, written_s = timed(lambda: write(model, n_sequences=n_sequences))
    return n_rows, {"fit_s": fit_s, "written_per_s": n_rows / written_s}


def write(model: TimeSeriesModel, **asked: int) -> int:
    """How many rows were written block by block, and forgotten."""
    heights: list[int] = []

    def counted() -> Iterator[pl.DataFrame]:
        for block in model.typed_blocks(**asked):
            heights.append(block.height)
            yield block

    with Path(os.devnull).open("wb") as nowhere:
        parquet.write(counted(), model.metadata, nowhere, WriteOptions())
    return sum(heights)


# what it is called where it is shown, and what measures it
CASES: dict[str, tuple[str, Callable[[], tuple[int, dict[str, float]]]]] = {
    "panel": (f"learning from {MACHINES:,} machines", panel),
    "storms-1,000": ("drawing 1,000 storms", lambda: storms(1_000)),
    "storms-100,000": ("drawing 100,000 storms", lambda: storms(100_000)),
}


def main() -> None:
    """Write the case's figures."""
    n_rows, told = CASES[sys.argv[1]][1]()
    out = Path(sys.argv[2])
    (out / "cost.json").write_text(json.dumps({"decoded_per_s": 0.0, "peak_bytes": peak_bytes(), **told}), "utf-8")
    (out / "rows.json").write_text(json.dumps(n_rows), "utf-8")


if __name__ == "__main__":
    main()
