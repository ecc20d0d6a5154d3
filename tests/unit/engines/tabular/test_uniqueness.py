"""Blocks made unique one after the other."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from lookalike.data.digests import keys_of
from lookalike.data.inference import infer
from lookalike.data.parameters import TabularParameters, checked
from lookalike.engines.tabular import Model, Settler, Synthesizer
from lookalike.errors import ConditionsUnreachable

KEY = ["a", "b", "c"]
UNIQUE = {"type": "unique", "columns": ["a", "b"]}


def model_of(frame: pl.DataFrame, *rules: dict[str, Any]) -> Model:
    table, metadata = infer(frame, textual=False)
    plan = Synthesizer(checked(TabularParameters, {"constraints": list(rules)})).prepare(table, metadata, seed=1)
    return plan.join([plan.fit_group(group) for group in range(plan.n_groups)])


@pytest.fixture(scope="module")
def model() -> Model:
    """Of 1,080 possible keys; a fifth of the rows lacks a part of its key, and an order holds."""
    rng = np.random.default_rng(1)
    n = 4_000
    frame = pl.DataFrame({"a": rng.integers(0, 12, n), "b": rng.integers(0, 9, n), "c": rng.integers(0, 10, n)})
    frame = frame.with_columns(d=pl.col("a") + pl.Series(rng.integers(0, 9, n)), n=pl.Series(rng.normal(0, 1, n)))
    frame = frame.unique(subset=KEY, maintain_order=True).head(900)
    frame = frame.with_columns(pl.when(pl.Series(rng.random(900) > 0.2)).then("c").alias("c"))
    return model_of(frame, {"type": "unique", "columns": KEY}, {"type": "less_equal", "columns": ["a", "d"]})


def settled(model: Model, blocks: list[pl.DataFrame]) -> list[pl.DataFrame]:
    settler = Settler(model, seed=5, total=10**6)
    return [settler.settle(block, block=n) for n, block in enumerate(blocks)]


def test_keys_differ_over_blocks_and_the_first_stay(model: Model) -> None:
    """Whole keys differ over all blocks, rows that repeat none stay as drawn, and the other rules hold still."""
    drawn = [model.draw(250, seed=5, block=n) for n in range(3)]
    blocks = settled(model, drawn)
    after = pl.concat(blocks)
    whole = after.drop_nulls(KEY)
    seen: set[tuple[int | None, ...]] = set()
    for before, block in zip(drawn, blocks, strict=True):
        here: set[tuple[int | None, ...]] = set()
        for old, new in zip(before.iter_rows(), block.iter_rows(), strict=True):
            repeats = None not in old[:3] and old[:3] in seen | here

            assert repeats == (old != new)
            here.add(old[:3])
        seen |= set(block.select(KEY).iter_rows())

    assert whole.height == whole.select(KEY).n_unique()
    assert (after["a"] <= after["d"]).all()


def test_settled_blocks_are_settled(model: Model) -> None:
    """Stopped after any block and begun again, the blocks come out the same."""
    drawn = [model.draw(250, seed=5, block=n) for n in range(3)]
    want = settled(model, drawn)
    for n in range(4):
        again = settled(model, [*want[:n], *drawn[n:]])

        assert all(a.equals(b) for a, b in zip(want, again, strict=True))
    settler = Settler(model, seed=5, total=10**6)

    assert all(settler.accepts(keys_of(block, [tuple(KEY)])) for block in want)


def test_what_cannot_be_found_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are no more different rows the error says how many there were, and how many were asked for."""
    monkeypatch.setattr("lookalike.engines.tabular.uniqueness.BARREN_MAX", 20_000)
    frame = pl.DataFrame({"a": [n // 6 for n in range(30)], "b": [f"t{n % 6}" for n in range(30)]})
    model = model_of(frame.with_columns(b=pl.col("b").cast(pl.Enum([f"t{n}" for n in range(6)]))), UNIQUE)
    drawn = [model.draw(20, seed=5, block=n) for n in range(2)]
    with pytest.raises(ConditionsUnreachable, match="first 40 rows only 30 could be found that differ in 'a', 'b'"):
        settled(model, drawn)
