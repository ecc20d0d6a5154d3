from dataclasses import replace

from lookalike.evaluation.sequences.fidelity.acf_dist import metric


def test_fresh_series_are_at_the_floor(one) -> None:
    """Autocorrelations of the same source are as far as those of half the series from the other."""
    figure = metric(one)

    assert abs(figure.value - figure.floor) < 0.1
    assert ["lag 1", "lag 20", "lag 24"] == [figure.details["parts"][k]["part"] for k in (0, 19, 20)]


def test_order_matters(one) -> None:
    """The right values in random order have no autocorrelation: the first lag is off by that of train."""
    mixed = replace(one, synthetic=one.train.sample(fraction=1, shuffle=True, seed=1).with_columns(one.train["at"]))

    assert metric(mixed).details["parts"][0]["error"] > 0.5
    assert 0 == metric(replace(one, synthetic=one.train)).value
