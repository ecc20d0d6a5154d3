import json
from importlib import import_module
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.utility import tstr

GOLDEN = json.loads(Path(__file__).with_name("fidelity_and_utility.json").read_text())
METADATA = Metadata(
    (
        Column("x", ColumnType.DECIMAL, pl.Float64()),
        Column("y", ColumnType.DECIMAL, pl.Float64()),
        Column("z", ColumnType.DECIMAL, pl.Float64()),
        Column("c", ColumnType.CATEGORICAL, pl.String()),
    )
)
NEAR = 0.01


def _table(seed: int, dependence: float) -> pl.DataFrame:
    """The table that the script of the golden numbers made."""
    rng = np.random.Generator(np.random.PCG64(seed))
    x = rng.gamma(2.0, size=4_000)
    y = dependence * x + rng.normal(size=4_000)
    z = rng.integers(0, 7, 4_000) + np.floor(dependence * x)
    c = np.array(["low", "middle", "high"])[np.digitize(dependence * x + rng.normal(size=4_000), [1.0, 2.0])]
    c = np.where(rng.random(4_000) < 0.002 + 0.006 * dependence, "rare", c)
    y_gone, z_gone = rng.random((2, 4_000)) < 0.1
    z_gone = np.where(rng.random(4_000) < dependence, y_gone, z_gone)
    numbers = {"x": x.round(3), "y": np.where(y_gone, np.nan, y.round(3)), "z": np.where(z_gone, np.nan, z)}
    return pl.DataFrame({**numbers, "c": c})


def _comparison(dependence: float, target: str | None = None) -> Comparison:
    return Comparison(_table(1, 1.0), _table(2, 1.0), _table(3, dependence), METADATA, 7, target=target)


@pytest.mark.parametrize("dependence", ["1.0", "0.7", "0.0"])
@pytest.mark.parametrize(
    "name", ["correlations", "mutual_information", "missing_patterns", "rare_levels", "c2st_train"]
)
def test_others_find_the_same(name: str, dependence: str) -> None:
    """SDMetrics, SciPy, pandas and scikit-learn find the same figures to within 0.01."""
    figure = import_module(f"lookalike.evaluation.fidelity.{name}").metric(_comparison(float(dependence)))

    assert GOLDEN[dependence][name] == pytest.approx(figure.value, abs=NEAR)


@pytest.mark.parametrize("dependence", ["1.0", "0.7"])
@pytest.mark.parametrize("target", ["c", "y"])
def test_others_learn_as_much(target: str, dependence: str) -> None:
    """LightGBM as scikit-learn drives it scores the same, on synthetic and on train rows, to within 0.01."""
    figure = tstr.metric(_comparison(float(dependence), target))

    assert GOLDEN[dependence]["tstr"][target] == pytest.approx(figure.value, abs=NEAR)
    assert GOLDEN[dependence]["trtr"][target] == pytest.approx(figure.floor, abs=NEAR)
