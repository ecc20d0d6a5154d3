"""
Writes judged_tables.json: what the judge of the benchmarks finds on two real tables, and on rows made from them here.

    LOOKALIKE_DATA=FOLDER LOOKALIKE_JUDGE=SCRIPT python tests/golden/judged_tables.py

The folder has ``tabular/NAME`` with `train.parquet`, `holdout.parquet` and `meta.json`. Needs what the judge needs, see
docs/benchmarks.md: sdmetrics, scikit-learn, lightgbm, pandas and pyarrow.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

TABLES = (
    "adult",
    "beijing",
    "default",
    "magic",
    "shoppers",
)  # penguins are so few that folds alone move an AUC by more
FIGURES = ("shape_err", "pair_tvd", "c2st_train", "c2st_holdout", "tstr", "missing_err", "novel_cat")
FLOORS = ("shape_floor", "pair_tvd_floor", "c2st_floor", "trtr", "missing_err_floor", "novel_cat_floor")

PRIVACY = ("dcr_ratio", "dcr_share", "mia_auc", "exact_match", "exact_match_floor")
N_MEASURED = 1_500  # rows of each table, so few that the judge measures all of them, and not a sample of its own


def made(train: pd.DataFrame) -> pd.DataFrame:
    """Rows of train with each fifth column, from the second on, moved down by 97 rows."""
    return train.assign(**{name: np.roll(train[name].to_numpy(), 97) for name in train.columns[1::5]})


def judged(folder: Path) -> dict[str, float]:
    """All figures, those on privacy of the first rows only."""
    with TemporaryDirectory() as scratch:
        few = Path(scratch)
        for side in ("train", "holdout"):
            pd.read_parquet(folder / f"{side}.parquet").head(N_MEASURED).to_parquet(few / f"{side}.parquet")
        (few / "meta.json").write_text((folder / "meta.json").read_text())
        every, first = found(folder), found(few)
    return {name: every[name] for name in (*FIGURES, *FLOORS)} | {name: first[name] for name in PRIVACY}


def found(folder: Path) -> dict[str, float]:
    with TemporaryDirectory() as scratch:
        rows, out = Path(scratch) / "rows.parquet", Path(scratch) / "out.json"
        made(pd.read_parquet(folder / "train.parquet")).to_parquet(rows)
        subprocess.run([sys.executable, os.environ["LOOKALIKE_JUDGE"], folder, rows, "--out", out], check=True)
        told: dict[str, float] = json.loads(out.read_text())
    return told


def main() -> None:
    folder = Path(os.environ["LOOKALIKE_DATA"]) / "tabular"
    told = {name: judged(folder / name) for name in TABLES}
    Path(__file__).with_suffix(".json").write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
