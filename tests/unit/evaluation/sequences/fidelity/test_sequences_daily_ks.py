from dataclasses import replace

import polars as pl

from lookalike.evaluation.sequences.fidelity.daily_ks import metric


def test_fresh_levels_are_at_the_floor(one) -> None:
    """Means of 24 rows of the same source are no farther than those of half the series from the other."""
    figure = metric(one)

    assert figure.value <= figure.floor


def test_a_level_that_drifts_is_found(one) -> None:
    """A pulse that rises all the time has means that train has not."""
    drift = one.synthetic.with_columns(pulse=pl.col("pulse") + pl.int_range(pl.len()) / 100)

    assert metric(replace(one, synthetic=drift)).details["parts"][0]["error"] > 0.5
