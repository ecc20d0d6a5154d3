"""`python -m bench.measuring.own_judge FOLDER ROWS OUT`: what `lookalike.evaluate` says, as JSON."""

import json
import sys
from pathlib import Path

from lookalike import evaluate


def main() -> None:
    """Write ``{figure: [value, floor]}``, both null where they cannot be judged."""
    folder, rows, out = map(Path, sys.argv[1:])
    figures = evaluate(folder / "train.parquet", rows, folder / "holdout.parquet").figures
    out.write_text(json.dumps({name: [figure.value, figure.floor] for name, figure in figures.items()}), "utf-8")


if __name__ == "__main__":
    main()
