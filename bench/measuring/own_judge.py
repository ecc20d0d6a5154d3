"""`python -m bench.measuring.own_judge FOLDER ROWS OUT`: what `lookalike.evaluate` says, as JSON."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lookalike import evaluate


def main() -> None:
    """Write ``{figure: [value, floor]}``, both null where they cannot be judged."""
    folder, rows, out = map(Path, sys.argv[1:])
    told = json.loads((folder / "meta.json").read_text("utf-8"))
    figures = evaluate(folder / "train.parquet", rows, folder / "holdout.parquet", **asked(told)).figures
    out.write_text(json.dumps({name: [figure.value, figure.floor] for name, figure in figures.items()}), "utf-8")


def asked(told: Mapping[str, Any]) -> dict[str, Any]:
    """What a folder's description says of its rows: that they are sequences, if it names an index."""
    if "index" not in told:
        return {}
    key = [] if told["key"] is None else [told["key"]]
    return {"data_type": "time_series", "sequence_key": key, "sequence_index": told["index"]}


if __name__ == "__main__":
    main()
