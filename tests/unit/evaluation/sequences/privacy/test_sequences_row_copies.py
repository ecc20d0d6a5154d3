from dataclasses import replace

import polars as pl

from lookalike.evaluation.sequences.privacy.row_copies import metric


def test_fresh_rows_repeat_none(panel) -> None:
    """Numbers with decimals are not repeated by chance."""
    figure = metric(panel)

    assert (0, 0) == (figure.value, figure.floor)


def test_copies_are_found_in_any_order(shuffled, panel) -> None:
    """Each row of train is one of train, wherever it stands; half of them make a half."""
    half = pl.concat([panel.train.head(500), panel.synthetic.head(500)])

    assert 1 == metric(shuffled).value
    assert 0.5 == metric(replace(panel, synthetic=half)).value


def test_rows_of_few_levels_are_repeated_by_chance(panel) -> None:
    """Where all rows are alike fresh ones repeat as many, and the floor says so."""
    figure = metric(replace(panel, metadata=panel.metadata.select(["at", "mood"])))

    assert (1, 1) == (figure.value, figure.floor)
