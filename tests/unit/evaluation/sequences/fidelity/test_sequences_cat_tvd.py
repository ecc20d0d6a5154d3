from dataclasses import replace

import polars as pl

from lookalike.evaluation.sequences.fidelity.cat_tvd import metric


def test_fresh_levels_are_at_the_floor(panel) -> None:
    """Levels of the same source are as far as held-back ones."""
    figure = metric(panel)

    assert abs(figure.value - figure.floor) < 0.05


def test_another_level_is_far(panel) -> None:
    """One level that train hardly has is far from all of them."""
    figure = metric(replace(panel, synthetic=panel.synthetic.with_columns(mood=pl.lit("odd"))))

    assert 1 == figure.value


def test_without_categories_there_is_none(panel) -> None:
    """Numbers alone are not judged, and the note says so."""
    figure = metric(replace(panel, metadata=panel.metadata.select(["at", "pulse"])))

    assert figure.value is None
    assert "no categories" in figure.note
