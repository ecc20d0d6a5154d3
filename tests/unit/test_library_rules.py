"""Rules through the library's door."""

from pathlib import Path

import polars as pl
import pytest

import lookalike
from lookalike.errors import ConstraintBroken, InputInvalid
from lookalike.local import Order, generate

TABLE = pl.DataFrame({"a": [n * 7 % 50 for n in range(200)], "b": [n // 2 for n in range(200)], "w": ["x", "y"] * 100})
UNIQUE = {"type": "unique", "columns": ["b", "w"]}


def test_samples_keep_declared_rules() -> None:
    """Rows that must differ do over all blocks, and a loaded model draws the same."""
    model = lookalike.TabularSynthesizer(seed=1, constraints=[UNIQUE]).fit(TABLE)
    out = model.sample(150)

    assert 150 == out.select("b", "w").n_unique()
    assert out.equals(model.sample(150))


def test_a_report_counts_rows_that_break_rules_of_the_model(tmp_path: Path) -> None:
    """The report beside new rows counts by the rules of the model, declared and found, and no new row breaks one."""
    path = tmp_path / "in.csv"
    TABLE.write_csv(path)
    rules = [{"type": "range", "column": "a", "min": 0}, UNIQUE]
    order = Order(path, tmp_path / "out.csv", 100, None, {"seed": 1, "constraints": rules})
    report = generate(order, report=tmp_path / "r.json", tell=lambda what, share: None).report
    kept = report.figures["fidelity.rules_kept"]

    assert (0.0, 0.0) == (kept.value, kept.floor)
    assert 2 == kept.details["n_rules"]  # the range, and one that was found: a tells w


def test_breaches_of_a_model_are_told_by_row() -> None:
    """A model tells which rows break its rules; titles tell columns, so two ranges of one column are one rule."""
    rules = [{"type": "range", "column": "a", "min": 0}, {"type": "range", "column": "a", "max": 49}]
    model = lookalike.TabularSynthesizer(seed=1, constraints=rules).fit(TABLE)
    rows = model.sample(3).with_columns(a=pl.Series([-1, 5, 50], dtype=TABLE.schema["a"]))

    assert [True, False, True] == model.breaches(rows)["range of 'a'"].tolist()


def test_broken_input_is_refused(tmp_path: Path) -> None:
    """Fitting and the command's work end where the input breaks a rule, and nothing is written."""
    wrong = {"type": "less", "columns": ["a", "b"]}
    path = tmp_path / "in.csv"
    TABLE.write_csv(path)
    with pytest.raises(ConstraintBroken, match="rows break the rule less of 'a', 'b'"):
        lookalike.TabularSynthesizer(constraints=[wrong]).fit(TABLE)
    with pytest.raises(InputInvalid, match="no column 'c'"):
        lookalike.TabularSynthesizer(constraints=[{"type": "unique", "columns": ["c"]}]).fit(TABLE)
    order = Order(path, tmp_path / "out.csv", 10, None, {"constraints": [wrong]})
    with pytest.raises(ConstraintBroken):
        generate(order, report=None, tell=lambda what, share: None)

    assert [path] == list(tmp_path.iterdir())
