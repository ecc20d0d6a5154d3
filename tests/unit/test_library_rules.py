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
