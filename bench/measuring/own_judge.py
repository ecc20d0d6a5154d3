"""`python -m bench.measuring.own_judge FOLDER ROWS OUT [time_series]`: what `lookalike.evaluate` says, as JSON."""

import json
import sys
from pathlib import Path
from typing import Any

from lookalike import evaluate


def main() -> None:
    """Write ``{figure: [value, floor]}``, both null where they cannot be judged."""
    folder, rows, out = map(Path, sys.argv[1:4])
    told = asked(folder) if sys.argv[4:] else {}
    figures = evaluate(folder / "train.parquet", rows, folder / "holdout.parquet", **told).figures
    out.write_text(json.dumps({name: [figure.value, figure.floor] for name, figure in figures.items()}), "utf-8")


def asked(folder: Path) -> dict[str, Any]:
    """Key and index, as the task's description tells them."""
    told = json.loads((folder / "meta.json").read_text("utf-8"))
    key = [] if told["key"] is None else [told["key"]]
    return {"data_type": "time_series", "sequence_key": key, "sequence_index": told["index"]}


if __name__ == "__main__":
    main()
