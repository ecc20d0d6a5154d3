from collections.abc import Callable

import polars as pl
import pytest

from lookalike.evaluation.comparison import Comparison


@pytest.fixture
def compare(people, metadata) -> Callable[..., Comparison]:
    """`compare(synthetic)`: against 1,200 rows learnt from, which are ``people(1_200, 1)``, and 1,000 held back."""

    def of(synthetic: pl.DataFrame, n_holdout: int = 1_000) -> Comparison:
        return Comparison(people(1_200, 1), people(n_holdout, 2), synthetic, metadata, 7)

    return of


@pytest.fixture
def shuffled(people) -> pl.DataFrame:
    """The rows learnt from with each column in an order of its own: right columns, no right rows."""
    train = people(1_200, 1)
    return train.with_columns(pl.col(name).shuffle(seed) for seed, name in enumerate(train.columns))
