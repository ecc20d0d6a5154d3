"""
`python -m bench.measuring.our_texts FOLDER OUT BACKEND SEED`: what Lookalike costs on a task of texts.

A fit of a few texts reads the kernels first; then one is timed, and so are texts drawn for a rate. The rows to be
judged go to ``rows.parquet``, the figures to ``cost.json``.
"""

import json
import sys
from pathlib import Path

import polars as pl

from bench.measuring.meter import peak_bytes, timed
from lookalike import TextModel, TextSynthesizer

LEAST_S = 2.0  # of drawing for a rate: less takes too few ticks of the clock
WARM_ROWS = 400


def measured(folder: Path, out: Path, backend: str, seed: int) -> dict[str, float]:
    """CPU seconds from a frame to a model, the peak of memory until then, texts per CPU second."""
    told = json.loads((folder / "meta.json").read_text("utf-8"))
    train = pl.read_parquet(folder / "train.parquet")
    roles = {"text_columns": told["text"], "attributes": told["label"]}
    few = TextSynthesizer(seed=seed, backend=backend, budget_s=1, **roles).fit(train.head(WARM_ROWS))
    few.sample(1)
    model, fit_s = timed(lambda: TextSynthesizer(seed=seed, backend=backend, **roles).fit(train))
    peak = peak_bytes()
    rows, _ = timed(lambda: model.sample(told["n_rows"]))
    rows.select(told["text"], told["label"]).write_parquet(out / "rows.parquet")
    return {"fit_s": fit_s, "peak_bytes": peak, "decoded_per_s": texts_per_s(model, told["n_rows"])}


def texts_per_s(model: TextModel, n_rows: int) -> float:
    """Of so many, or of as many times twice as many as take long enough."""
    _, took_s = timed(lambda: model.sample(n_rows))
    return n_rows / took_s if took_s >= LEAST_S else texts_per_s(model, 2 * n_rows)


def main() -> None:
    """Write the figures."""
    folder, out, backend, seed = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    (out / "cost.json").write_text(json.dumps(measured(folder, out, backend, seed)), "utf-8")


if __name__ == "__main__":
    main()
