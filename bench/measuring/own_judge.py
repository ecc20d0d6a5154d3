"""`python -m bench.measuring.own_judge FOLDER ROWS OUT [time_series|text]`: what `lookalike.evaluate` says, as JSON."""

import json
import sys
from pathlib import Path
from typing import Any

from lookalike import evaluate


def main() -> None:
    """Write ``{figure: [value, floor]}``, both null where they cannot be judged."""
    folder, rows, out = map(Path, sys.argv[1:4])
    told = asked(folder, sys.argv[4]) if sys.argv[4:] else {}
    figures = evaluate(folder / "train.parquet", rows, folder / "holdout.parquet", **told).figures
    out.write_text(json.dumps({name: [figure.value, figure.floor] for name, figure in figures.items()}), "utf-8")


def asked(folder: Path, data_type: str) -> dict[str, Any]:
    """Key and index, or column of texts and label, as the task's description tells them."""
    told = json.loads((folder / "meta.json").read_text("utf-8"))
    if data_type == "text":
        return {"data_type": data_type, "text_columns": told["text"], "target": told["label"]}
    key = [] if told["key"] is None else [told["key"]]
    return {"data_type": data_type, "sequence_key": key, "sequence_index": told["index"]}


if __name__ == "__main__":
    main()
