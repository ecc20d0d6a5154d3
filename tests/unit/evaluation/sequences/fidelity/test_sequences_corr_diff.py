from dataclasses import replace

import polars as pl

from lookalike.evaluation.sequences.fidelity.corr_diff import metric


def test_fresh_columns_are_at_the_floor(panel) -> None:
    """Correlations of the same source are as far as held-back ones."""
    figure = metric(panel)

    assert abs(figure.value - figure.floor) < 0.1


def test_columns_that_part_are_found(panel) -> None:
    """Loads that do not go with the pulse are off by the correlation of train."""
    loose = metric(replace(panel, synthetic=panel.synthetic.with_columns(load=pl.col("load").reverse())))

    assert loose.details["parts"][0]["error"] > 0.5


def test_one_column_has_none(panel) -> None:
    """A single column of numbers, without index, has no correlation."""
    figure = metric(replace(panel, metadata=panel.metadata.select(["pulse"]), index=None))

    assert figure.value is None
