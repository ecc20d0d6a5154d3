"""Questions to a bank: some that nobody asked, beside real ones about the same."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from lookalike.cli.demos import Demo, table

TEXT, LABEL = "text", "category"
SHOWN, WIDTH = 8, 39  # what two columns have room for in a terminal of 80
BUDGET_S = 20  # of training: the demo is to be over in a minute


def _show(console: Console, sample: Path, output: Path) -> None:
    real, made = _by_label(sample), _by_label(output)
    labels = [label for label in sorted(made) if label in real]
    chosen = [labels[(2 * n + 1) * len(labels) // (2 * SHOWN)] for n in range(SHOWN)] if labels else []
    rows = [[shortest(made[label]), shortest(real[label])] for label in dict.fromkeys(chosen)]
    console.print(table("Questions that nobody asked, and real ones about the same", ["made up", "real"], rows), "")
    n_texts, n_labels = sum(map(len, made.values())), len(made)
    console.print(f"{n_texts:,} questions about {n_labels} things.", "", highlight=False, sep="\n")


def _by_label(path: Path) -> Mapping[str, Sequence[str]]:
    """The texts about each thing, in the file's order."""
    found: dict[str, list[str]] = {}
    with path.open(encoding="utf-8", newline="") as data:
        for row in csv.DictReader(data):
            found.setdefault(row[LABEL], []).append(row[TEXT])
    return found


def shortest(texts: Sequence[str]) -> str:
    """The first one that fits into a line, else the beginning of the first one, in whole words."""
    plain = [" ".join(text.split()) for text in texts]
    fitting = next((text for text in plain if text and len(text) <= WIDTH), None)
    return fitting or plain[0][: WIDTH - 3].rpartition(" ")[0] + " ..."


demo = Demo(
    "text",
    "banking77.csv",
    "4,000 questions to a bank (Banking77, CC BY 4.0)",
    "questions.csv",
    _show,
    {"budget_s": BUDGET_S},
)
