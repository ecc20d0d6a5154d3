"""
Tasks of texts: folders with ``train.parquet``, ``holdout.parquet``, ``meta.json``.

``meta.json`` names the columns `text` and `label`, and says by `n_rows` how many texts are to be given back.
"""

import json
from pathlib import Path

import polars as pl

from bench.measuring.judges import NotJudged
from bench.measuring.processes import failure
from bench.measuring.results import Table
from bench.measuring.text_judges import TextScript
from lookalike import samples

# column of texts, column of labels, texts to give back: longer texts take longer to judge
TASKS: dict[str, tuple[str, str, int]] = {
    "banking77": ("text", "category", 1_500),
    "sms_spam": ("text", "label", 1_000),
    "fine_foods": ("review", "score", 500),
}
FRESH = 5  # a text in so many is held back, where no script says which


def of_the_script(script: TextScript, folder: Path) -> list[Table]:
    """
    The tasks as the judging script splits them: it exports train, and what is not in that is fresh.

    Raises:
        NotJudged: it does not.
    """
    return [_exported(script, name, folder / name) for name in TASKS]


def of_a_folder(data: Path, folder: Path) -> list[Table]:
    """The tasks whose files lie in a folder of data."""
    return [_split(name, _read(data / f"{name}.csv"), folder / name) for name in TASKS]


def of_the_package(folder: Path) -> list[Table]:
    """The packaged questions to a bank."""
    return [_split("banking77", _read(samples.path("banking77.csv")), folder / "banking77")]


def shape(task: Table) -> tuple[int, int, int]:
    """Texts, characters a text, and labels of a task's train part."""
    train, (text, label, _) = pl.read_parquet(task.folder / "train.parquet"), TASKS[task.name]
    return train.height, round(train[text].str.len_chars().sum() / train.height), train[label].n_unique()


def _exported(script: TextScript, name: str, folder: Path) -> Table:
    folder.mkdir(parents=True)
    (text, label, _), path = TASKS[name], folder / "train.csv"
    if reason := failure(script.command(name, text, label, "--export-train", path), folder / "export.log"):
        raise NotJudged(f"the judge could not export {name}: it {reason}")
    train, rows = _read(path).select(text, label), _read(script.data / f"{name}.csv").select(text, label)
    fresh = rows.with_columns(_plain(text)).drop_nulls().unique(text, maintain_order=True)
    return _written(name, train, fresh.join(train.select(_plain(text)), text, "anti", maintain_order="left"), folder)


def _plain(text: str) -> pl.Expr:
    """Texts as the script compares them."""
    return pl.col(text).str.strip_chars().str.replace_all(r"\s+", " ")


def _split(name: str, rows: pl.DataFrame, folder: Path) -> Table:
    folder.mkdir(parents=True)
    text, label, _ = TASKS[name]
    rows = rows.select(text, label).drop_nulls().unique(text, keep="first", maintain_order=True)
    fresh = pl.int_range(pl.len()) % FRESH == 0
    return _written(name, rows.filter(~fresh), rows.filter(fresh), folder)


def _read(path: Path) -> pl.DataFrame:
    return pl.read_csv(path, infer_schema=False)


def _written(name: str, train: pl.DataFrame, holdout: pl.DataFrame, folder: Path) -> Table:
    train.write_parquet(folder / "train.parquet")
    holdout.write_parquet(folder / "holdout.parquet")
    text, label, n_rows = TASKS[name]
    (folder / "meta.json").write_text(json.dumps({"text": text, "label": label, "n_rows": n_rows}), "utf-8")
    return Table(name, folder)
