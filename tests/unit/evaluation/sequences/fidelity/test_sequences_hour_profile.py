from dataclasses import replace

import polars as pl

from lookalike.evaluation.sequences.fidelity.hour_profile import metric


def test_fresh_days_are_at_the_floor(one) -> None:
    """The mean day of the same source is as far as that of half the series from the other."""
    figure = metric(one)

    assert abs(figure.value - figure.floor) < 0.1


def test_a_wrong_night_is_found(one) -> None:
    """A pulse higher by 3 at 4 in the morning stands out in that hour."""
    night = pl.when(pl.col("at").dt.hour() == 4).then(3.0).otherwise(0.0)
    figure = metric(replace(one, synthetic=one.train.with_columns(pl.col("pulse") + night)))

    assert "04:00" == max(figure.details["parts"], key=lambda p: p["error"])["part"]


def test_without_moments_there_is_no_day(one, panel) -> None:
    """Panels, and series without an index, are not judged."""
    assert metric(panel).value is None
    assert metric(replace(one, synthetic=one.synthetic.drop("at"))).value is None
