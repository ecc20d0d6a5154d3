"""
The tabular engine: what fitting and drawing cost, and how near the rows come.

Real tables come from the folder that LOOKALIKE_DATA names (``tabular/NAME/train.parquet``, ``holdout.parquet``);
without it, from the packaged sample, a tenth of it held back.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from lookalike import TabularSynthesizer, evaluate, samples

SEED = 7
HEADINGS = (
    "table",
    "rows",
    "columns",
    "fit, CPU s",
    "fit / one judgement",
    "drawn and decoded, rows/s",
    "C2ST (floor)",
    "DCR share (floor)",
)


def run() -> None:
    """Print a row for each table."""
    print(f"\n| {' | '.join(HEADINGS)} |")
    print("|---" * len(HEADINGS) + "|")
    warm = pl.read_csv(samples.path("adult.csv"))
    TabularSynthesizer(seed=SEED).fit(warm).sample(1_000)
    evaluate(warm, warm, warm)
    for name, train, holdout in tables():
        print(row(name, train, holdout), flush=True)


def tables() -> Iterator[tuple[str, pl.DataFrame, pl.DataFrame]]:
    """Name, train, holdout."""
    if "LOOKALIKE_DATA" not in os.environ:
        sample = pl.read_csv(samples.path("adult.csv"))
        yield "sample", sample.head(3_600), sample.tail(400)
        return
    for folder in sorted(Path(os.environ["LOOKALIKE_DATA"], "tabular").iterdir()):
        yield folder.name, pl.read_parquet(folder / "train.parquet"), pl.read_parquet(folder / "holdout.parquet")


def row(name: str, train: pl.DataFrame, holdout: pl.DataFrame) -> str:
    """One line of the table."""
    begun = time.process_time()
    model = TabularSynthesizer(seed=SEED).fit(train)
    fit_s = time.process_time() - begun
    begun = time.perf_counter()
    rows = model.sample(max(train.height, 200_000))
    rate = rows.height / (time.perf_counter() - begun)
    begun = time.process_time()
    figures = evaluate(train, model.sample(train.height), holdout).figures
    ratio = fit_s / (time.process_time() - begun)
    told = [figures[f] for f in ("fidelity.c2st", "privacy.dcr_share")]
    scores = " | ".join(f"{f.value:.3f} ({f.floor:.3f})" for f in told if f.value is not None and f.floor is not None)
    return f"| {name} | {train.height:,} | {train.width} | {fit_s:.2f} | {ratio:.2f} | {rate:,.0f} | {scores} |"
