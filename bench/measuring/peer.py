"""
`python -m bench.measuring.peer NAME FOLDER OUT`, run by a peer's own interpreter: fit, as many rows as train, costs.

FOLDER is a table (``train.parquet``, ``meta.json``); OUT gets ``rows.parquet`` and ``cost.json``.
"""

import importlib
import json
import random
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench.measuring.meter import limit_cpu, peak_bytes, timed
from bench.peers import Kind, Kinds, Peer

SEED = 7
_WORDS = {"True": True, "False": False}  # how pandas spells booleans, and a peer that takes them for categories


def main() -> None:
    """Write what was measured; whatever the peer raises ends the process."""
    name, folder, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    part: Peer = importlib.import_module(f"bench.peers.{name}")
    train = pd.read_parquet(folder / "train.parquet")
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    limit_cpu()
    rows, cost = measured(part, train, kinds(train, meta["categorical"]))
    restored(rows, train).to_parquet(out / "rows.parquet", index=False)
    versions = {package: version(package) for package in part.needs.packages}
    (out / "cost.json").write_text(json.dumps(cost | {"versions": versions}, indent=1), "utf-8")


def measured(part: Peer, train: Any, told: Kinds) -> tuple[Any, dict[str, float]]:
    """As many rows as `train` has, and what they cost: ``fit_s``, ``peak_bytes`` of the fit, ``decoded_per_s``."""
    made = part.make(told)
    settle()
    fitted, fit_s = timed(lambda: part.fit(made, train.copy()))
    peak = peak_bytes()
    rows, sample_s = timed(lambda: part.sample(fitted, len(train)))
    return rows, {"fit_s": fit_s, "peak_bytes": peak, "decoded_per_s": len(rows) / sample_s}


def kinds(train: Any, categorical: list[str]) -> Kinds:
    """What each column is: the table's description tells categories, its dtypes the rest."""
    return {name: _kind(train[name].dtype, name in categorical) for name in train.columns}


def _kind(dtype: Any, named: bool) -> Kind:
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean"
    if named or not pd.api.types.is_numeric_dtype(dtype):
        return "category"
    return "integer" if pd.api.types.is_integer_dtype(dtype) else "decimal"


def restored(rows: Any, train: Any) -> Any:
    """The rows with train's columns, in its order, stored as in train where every cell can be."""
    return pd.DataFrame({name: _restored(rows[name], train[name].dtype) for name in train.columns})


def _restored(cells: Any, dtype: Any) -> Any:
    if isinstance(cells.dtype, pd.CategoricalDtype):
        cells = cells.astype(object)
    read = cells.astype(object).replace(_WORDS) if pd.api.types.is_bool_dtype(dtype) else cells
    try:
        cast = read.astype(dtype)
    except (TypeError, ValueError):  # missing cells among whole numbers, or words a peer has made up
        return cells
    return cast if _same(read, cast) else cells


def _same(cells: Any, cast: Any) -> bool:
    """Whether nothing was cut off: `astype` makes 3.7 a 3, and any word true."""
    if cells.dtype == cast.dtype or not pd.api.types.is_numeric_dtype(cast.dtype):
        return True
    if pd.api.types.is_bool_dtype(cast.dtype):
        return bool(cells.isin([True, False]).all())
    return bool((pd.to_numeric(cells).astype(float) == cast.astype(float)).where(cells.notna(), True).all())


def settle() -> None:
    """One seed and one thread, for whichever libraries the peer has loaded."""
    random.seed(SEED)
    np.random.seed(SEED)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(SEED)
        torch.set_num_threads(1)


if __name__ == "__main__":
    main()
