import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.evaluation.comparison import Comparison
from lookalike.evaluation.privacy import dcr, membership, nndr

GOLDEN = json.loads(Path(__file__).with_name("privacy_distances.json").read_text())
METADATA = Metadata(
    (
        Column("x", ColumnType.DECIMAL, pl.Float64()),
        Column("y", ColumnType.DECIMAL, pl.Float64()),
        Column("c", ColumnType.CATEGORICAL, pl.String()),
    )
)
N = 400


def _table(seed: int) -> pl.DataFrame:
    """The table that the script of the golden numbers made."""
    rng = np.random.Generator(np.random.PCG64(seed))
    x = rng.gamma(2.0, size=N)
    y = x + rng.normal(size=N)
    return pl.DataFrame({"x": x.round(3), "y": y.round(3), "c": np.where(x + rng.normal(size=N) > 2, "high", "low")})


@pytest.mark.parametrize("share", [1.0, 0.7, 0.3])
def test_others_find_the_same(share: float) -> None:
    """Distances, their ratios and the attack's area are those of scikit-learn, to the rounding of ranks."""
    fresh = int(share * N)
    synthetic = _table(3).head(fresh).vstack(_table(1).tail(N - fresh))
    comparison = Comparison(_table(1), _table(2), synthetic, METADATA, 7)
    golden, ratio = GOLDEN[str(share)], nndr.metric(comparison)

    assert abs(golden["dcr"] - dcr.metric(comparison).value) < 0.005
    assert abs(golden["nndr"] - ratio.value) < 0.005
    assert abs(golden["nndr_floor"] - ratio.floor) < 0.005
    assert abs(golden["membership"] - membership.metric(comparison).value) < 0.001
