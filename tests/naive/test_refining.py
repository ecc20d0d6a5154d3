"""The classifier that chooses rows: our descent against LightGBM's own prediction; what it makes of files and seeds."""

from functools import cache
from typing import Any

import lightgbm as lgb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.parameters import TabularParameters
from lookalike.engines.tabular import Model, Synthesizer
from lookalike.engines.tabular.descent import make_hops
from lookalike.engines.tabular.refining import (
    DRAWN,
    NONE,
    ROUNDS,
    SETTINGS,
    SURE,
    TREES,
    Refiner,
    add_leaves,
    fit_refiner,
)
from lookalike.engines.tabular.soundness import load_refiner
from lookalike.errors import ModelFileError

CATEGORIES = [1, 3]


def rows(seed: int, n: int, shift: float = 0.0) -> np.ndarray:
    """Bins uint8 ``(n, 4)``: two numbers, and categories of 7 and of 200 levels, which go together."""
    rng = np.random.default_rng(seed)
    number = rng.normal(shift, 1, n)
    level = (number * 40 + rng.integers(0, 60, n)).astype(np.int64) % 200
    few = (level + rng.integers(0, 2, n) * (shift > 0)) % 7
    other = np.clip(number * 20 + level / 4 + rng.normal(0, 10, n), 0, 255)
    return np.stack([np.clip(number * 30 + 128, 0, 255), few, other, level], axis=1).astype(np.uint8)


def fitted(real: np.ndarray, drawn: list[np.ndarray]) -> Refiner:
    return fit_refiner(real, CATEGORIES, lambda n, number, refiner: drawn[number][:n])


@cache
def refined() -> tuple[Refiner, np.ndarray, tuple[np.ndarray, ...]]:
    real = rows(1, 1_500)
    drawn = [rows(2, DRAWN * 1_500, 0.4), rows(3, DRAWN * 1_500, 0.2)]
    return fitted(real, drawn), real, tuple(drawn)


def predicted(real: np.ndarray, drawn: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """What LightGBM itself says of rows, trained as the refiner trains it."""
    x = np.concatenate([real, drawn]).astype(np.float32)
    y = np.repeat([1.0, 0.0], [len(real), len(drawn)])
    weight = np.repeat([len(drawn) / len(real), 1.0], [len(real), len(drawn)])
    data = lgb.Dataset(x, y, weight=weight, categorical_feature=CATEGORIES, params=dict(SETTINGS))
    told: np.ndarray = np.asarray(
        lgb.train(dict(SETTINGS), data, TREES).predict(asked.astype(np.float32), raw_score=True)
    )
    return told


def ours(refiner: Refiner, number: int, asked: np.ndarray) -> np.ndarray:
    span = refiner.tree_at[refiner.round_at[number] : refiner.round_at[number + 1] + 1]
    added: np.ndarray = add_leaves(make_hops(refiner.nodes), refiner.masks, refiner.values, span, asked)
    return added


@pytest.mark.parametrize("number", range(ROUNDS))
def test_leaves_add_up_to_what_lightgbm_predicts(number: int) -> None:
    """Thresholds and sets of categories lead to the leaves that LightGBM's own descent leads to."""
    refiner, real, drawn = refined()
    asked = np.concatenate([real, drawn[0], drawn[1], np.random.default_rng(4).integers(0, 256, (500, 4))]).astype(
        np.uint8
    )

    assert len(refiner.masks) > 10
    assert np.abs(predicted(real, drawn[number], asked) - ours(refiner, number, asked)).max() < 1e-9


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 255), min_size=4, max_size=4))
def test_chances_are_chances(cells: list[int]) -> None:
    """However odd a row, it stays with a chance above 0 and at most 1: the product over the rounds of plain ratios."""
    refiner = refined()[0]
    row = np.array([cells], np.uint8)
    wanted = np.prod([min(1.0, float(np.exp(ours(refiner, k, row)[0] - top))) for k, top in enumerate(refiner.tops)])
    chance = float(refiner.chances(row)[0])

    assert 0.0 < chance <= 1.0
    assert wanted == pytest.approx(chance)


def test_the_likeliest_rows_always_stay() -> None:
    """Of the rows of a round the share above the quantile stays for sure, and others stay less often."""
    refiner, _, drawn = refined()
    ratios = ours(refiner, 0, drawn[0])

    assert np.quantile(ratios, SURE) == pytest.approx(refiner.tops[0])
    assert (ratios >= refiner.tops[0]).mean() == pytest.approx(1 - SURE, abs=0.01)


def test_no_refiner_lets_all_rows_pass() -> None:
    """Without rounds every row stays."""
    assert {1.0} == set(NONE.chances(rows(1, 50)).tolist())


def test_a_second_round_learns_from_what_the_first_lets_pass() -> None:
    """Each round draws twice as many rows as train has, with the refiner made so far."""
    real, asked = rows(1, 400), []

    def draw(n_rows: int, number: int, refiner: Refiner) -> np.ndarray:
        asked.append((n_rows, number, len(refiner.tops)))
        return rows(number + 5, n_rows, 0.3)

    fit_refiner(real, CATEGORIES, draw)

    assert [(DRAWN * 400, number, number) for number in range(ROUNDS)] == asked


def test_a_constant_tree_is_no_trouble() -> None:
    """Rows that nothing tells apart give trees of a single leaf, and every row stays."""
    same = np.full((300, 4), 7, np.uint8)
    refiner = fitted(same, [np.full((600, 4), 7, np.uint8)] * ROUNDS)

    assert {1.0} == set(refiner.chances(same).round(9).tolist())
    assert refiner.arrays().keys() == load_refiner(_kept(refiner), 4).arrays().keys()


def _kept(refiner: Refiner) -> dict[str, Any]:
    return {f"refiner.{name}": array for name, array in refiner.arrays().items()}


@pytest.mark.parametrize("name", Refiner.__annotations__)
def test_damaged_parts_are_refused(name: str) -> None:
    """A part that is not there, is cut, or is of another dtype is refused."""
    kept = _kept(refined()[0])
    whole = kept[f"refiner.{name}"]
    others: list[dict[str, Any]] = [{key: value for key, value in kept.items() if key != f"refiner.{name}"}]
    others += [kept | {f"refiner.{name}": other} for other in (whole[:-1], whole.astype(np.float32), whole[None])]
    for other in others if name != "masks" else [others[0], *others[2:]]:
        with pytest.raises(ModelFileError):
            load_refiner(other, 4)


def test_a_refiner_of_other_columns_is_refused() -> None:
    """A refiner that asks for columns that the chain does not have is refused."""
    with pytest.raises(ModelFileError):
        load_refiner(_kept(refined()[0]), 2)


@pytest.mark.slow
def test_high_quality_is_the_same_twice() -> None:
    """Fitted twice the bytes are the same; a model read back draws the same rows."""
    rng = np.random.default_rng(1)
    a = rng.normal(0, 1, 700).round(2)
    table = pl.DataFrame(
        {"a": a, "b": [f"l{int(x * 3) % 9}" for x in a], "c": (a * a + rng.normal(0, 1, 700)).round(2)}
    )
    kinds = (ColumnType.DECIMAL, ColumnType.CATEGORICAL, ColumnType.DECIMAL)
    metadata = Metadata(tuple(Column(n, k, table[n].dtype) for n, k in zip(table.columns, kinds, strict=True)))

    def model() -> Model:
        plan = Synthesizer(TabularParameters(quality="high")).prepare(table, metadata, seed=4)
        return plan.join([plan.fit_group(group) for group in range(plan.n_groups)])

    first, second = model(), model()
    again = Model.from_bytes(first.to_bytes())

    assert len(first.refiner.tops) == ROUNDS
    assert first.to_bytes() == second.to_bytes() == again.to_bytes()
    assert first.draw(800, seed=2, block=1).equals(again.draw(800, seed=2, block=1))
