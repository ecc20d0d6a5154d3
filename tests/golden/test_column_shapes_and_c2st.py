import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.fidelity import c2st, column_shapes

GOLDEN = json.loads(Path(__file__).with_name("column_shapes_and_c2st.json").read_text())
METADATA = Metadata(
    (
        Column("x", ColumnType.DECIMAL, pl.Float64()),
        Column("y", ColumnType.DECIMAL, pl.Float64()),
        Column("c", ColumnType.CATEGORICAL, pl.String()),
    )
)


def _table(seed: int, dependence: float) -> pl.DataFrame:
    """The table that the script of the golden numbers made."""
    rng = np.random.Generator(np.random.PCG64(seed))
    x = rng.gamma(2.0, size=2_000)
    y = dependence * x + rng.normal(size=2_000)
    c = np.where(rng.random(2_000) < 1 / (1 + np.exp(dependence * (2 - x))), "high", "low")
    return pl.DataFrame({"x": x.round(3), "y": y.round(3), "c": c})


@pytest.mark.parametrize("dependence", [1.0, 0.7, 0.0])
def test_others_find_the_same(dependence: float) -> None:
    """Column shapes are those of SDMetrics; the classifier's AUC is that of scikit-learn's folds to within 0.02."""
    comparison = Comparison(_table(1, 1.0), _table(2, 1.0), _table(3, dependence), METADATA, 7)
    golden = GOLDEN[str(dependence)]

    assert golden["shape_error"] == pytest.approx(column_shapes.metric(comparison).value)
    assert abs(golden["c2st"] - c2st.metric(comparison).value) < 0.02
