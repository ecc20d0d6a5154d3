"""
`python -m bench.measuring.text_peer NAME FOLDER OUT`, run by a peer's interpreter: fit, the texts wanted, costs.

FOLDER is a task (``train.parquet``, ``meta.json``); OUT gets ``rows.parquet`` and ``cost.json``.
"""

import importlib
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from bench.measuring.meter import limit_cpu, peak_bytes, timed
from bench.measuring.peer import settle
from bench.peers.texts import TextPeer, TextRoles


def main() -> None:
    """Write what was measured; whatever the peer raises ends the process."""
    name, folder, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    part: TextPeer = importlib.import_module(f"bench.peers.texts.{name}")
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    roles = TextRoles(meta["text"], meta["label"])
    train = pd.read_parquet(folder / "train.parquet")
    limit_cpu()
    rows, cost = measured(part, train, roles, meta["n_rows"])
    rows[[roles.text, roles.label]].to_parquet(out / "rows.parquet", index=False)
    versions = {package: version(package) for package in part.needs.packages}
    (out / "cost.json").write_text(json.dumps(cost | {"versions": versions}, indent=1), "utf-8")


def measured(part: TextPeer, train: Any, roles: TextRoles, n_rows: int) -> tuple[Any, dict[str, float]]:
    """So many texts as words, and what they cost; see `bench.measuring.peer`."""
    made = part.make(roles)
    settle()
    fitted, fit_s = timed(lambda: part.fit(made, train.copy()))
    peak = peak_bytes()
    rows, sample_s = timed(lambda: part.sample(fitted, n_rows))
    told = rows.astype({roles.text: str, roles.label: str})
    return told, {"fit_s": fit_s, "peak_bytes": peak, "decoded_per_s": len(rows) / sample_s}


if __name__ == "__main__":
    main()
