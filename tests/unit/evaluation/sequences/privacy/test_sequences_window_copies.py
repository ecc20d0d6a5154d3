from dataclasses import replace

import polars as pl

from lookalike.evaluation.sequences.privacy.window_copies import metric


def test_fresh_windows_repeat_none(panel, stretches) -> None:
    """Numbers with decimals are not repeated by chance."""
    for comparison in (panel, stretches):
        figure = metric(comparison)

        assert (0, 0) == (figure.value, figure.floor)
        assert figure.interval[1] > 0


def test_copies_are_all_found(copied, stretches) -> None:
    """A copy repeats all windows; so does one of a series moved up."""
    moved = stretches.train.with_columns(pl.col("pulse", "load") + 100)

    assert 1 == metric(copied).value
    assert 1 == metric(replace(stretches, synthetic=moved)).value
