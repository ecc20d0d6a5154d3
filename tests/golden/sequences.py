"""
Writes sequences.json: what a judge outside finds on shared data.

    python tests/golden/sequences.py JUDGE.py DATA

JUDGE.py is the judge of sequences and DATA the folder of the time series. The judge needs lightgbm, scikit-learn,
scipy, pandas and pyarrow, which the tests themselves do not.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from golden.seeds import N_SEEDS, mean
from judged import rough, sequences

SEEDS = Path(__file__).with_name("seeds.py")
TASKS = ("storms", "stock-windows", "etth1-windows", "etth1-long")


def judged(judge: Path, data: Path, task: str) -> dict[str, object]:
    """The judge's figures of rough rows, beside their floors: means over its seeds."""
    real, figures = sequences(task, data), []
    with tempfile.TemporaryDirectory() as folder:
        made, found = Path(folder) / "made.parquet", Path(folder) / "found.json"
        rough(real.train, real.keys, real.index).write_parquet(made)
        asked = [str(judge), task, str(made), "--data", str(data), "--out", str(found)]
        for seed in range(N_SEEDS):
            subprocess.run([sys.executable, SEEDS, f"{seed}", *asked], check=True)
            figures.append(json.loads(found.read_text())["figures"])
    return mean(figures)


def main() -> None:
    judge, data = map(Path, sys.argv[1:])
    found = {task: judged(judge, data, task) for task in TASKS}
    Path(__file__).with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
