"""Declared rules: those that new sequences keep are kept, others are refused instead of being broken."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from lookalike import TimeSeriesSynthesizer
from lookalike.errors import InputInvalid


def _table() -> pl.DataFrame:
    rng = np.random.default_rng(2)
    n = 40
    who, at = np.repeat(np.arange(n), 8), np.tile(np.arange(8), n)
    low = rng.integers(0, 50, n)
    x = rng.integers(0, 50, 8 * n)
    frame = pl.DataFrame({"who": [f"P{w}" for w in who], "at": at, "low": low[who], "high": low[who] + 9, "x": x})
    return frame.with_columns(
        y=pl.col("x") + 3, own=pl.Series(rng.permutation(8 * n)), cap=pl.col("x").max().over("who")
    )


def _drawn(*rules: dict[str, Any]) -> pl.DataFrame:
    told: dict[str, Any] = {"sequence_key": "who", "sequence_index": "at", "constraints": list(rules)}
    frame: pl.DataFrame = TimeSeriesSynthesizer(seed=1, **told).fit(_table()).sample(2_000)
    return frame


def test_rules_of_values_of_context_and_of_keys_are_kept() -> None:
    """In every row: values among each other, context among itself, one row a key and time."""
    frame = _drawn(
        {"type": "less", "columns": ["x", "y"]},
        {"type": "less", "columns": ["low", "high"]},
        {"type": "unique", "columns": ["who", "at"]},
        {"type": "fd", "determinant": ["who"], "dependent": "low"},
    )

    assert (frame["x"] < frame["y"]).all()
    assert (frame["low"] < frame["high"]).all()
    assert not frame.select("who", "at").is_duplicated().any()
    assert 1 == frame.group_by("who").agg(pl.col("low").n_unique())["low"].max()


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        ({"type": "less_equal", "columns": ["x", "cap"]}, "less_equal of 'x', 'cap'"),
        ({"type": "unique", "columns": ["own"]}, "unique of 'own'"),
        ({"type": "unique", "columns": ["who", "own"]}, "unique of 'who', 'own'"),
        ({"type": "range", "column": "at", "min": 0}, "range of 'at'"),
        ({"type": "regex", "column": "who", "pattern": "P[0-9]+"}, "regex of 'who'"),
        ({"type": "fd", "determinant": ["own"], "dependent": "who"}, "fd of 'own', 'who'"),
    ],
)
def test_rules_that_would_be_broken_are_refused(rule: dict[str, Any], title: str) -> None:
    """Before anything is learnt, by name."""
    with pytest.raises(InputInvalid, match=f"cannot be made to keep the rule {title}") as raised:
        _drawn(rule)

    assert "value columns alone" in str(raised.value)
