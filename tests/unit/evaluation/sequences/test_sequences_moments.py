import numpy as np

from lookalike.data.streams import stream
from lookalike.evaluation.sequences.moments import autocorrelations, correlations
from lookalike.evaluation.sequences.panel import Layout, Panel


def _panel(values: np.ndarray) -> Panel:
    n, d = values.shape
    return Panel(Layout(tuple("abc"[:d]), (0,) * d, d), values, None, np.array([n]), np.zeros(1, np.int64))


def test_correlations_are_those_of_complete_pairs() -> None:
    """Pearson's, over the rows that have both, also far from zero."""
    x = stream(1, "x").normal(size=(200, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0], [0, 0, 1]]) + 1e6
    x[:50, 0] = np.nan
    found = correlations(_panel(x))

    np.testing.assert_allclose(found[0, 1], np.corrcoef(x[50:, 0], x[50:, 1])[0, 1], atol=1e-7)
    np.testing.assert_allclose(found[1, 2], np.corrcoef(x[:, 1], x[:, 2])[0, 1], atol=1e-7)


def test_autocorrelation_is_that_of_the_shifted_column() -> None:
    """Pearson's, of a column and itself some rows before."""
    x = np.cumsum(stream(1, "x").normal(size=(200, 1)), axis=0)

    np.testing.assert_allclose(autocorrelations(_panel(x), 3)[0], np.corrcoef(x[3:, 0], x[:-3, 0])[0, 1])


def test_what_does_not_vary_has_none() -> None:
    """Constant and empty columns, and fewer than 30 pairs, give no correlation."""
    flat = np.column_stack([np.full(100, 0.1), np.full(100, np.nan), np.arange(100.0)])

    assert np.isnan(correlations(_panel(flat))[0, 2])
    assert np.isnan(autocorrelations(_panel(flat), 1)[:2]).all()
    assert np.isnan(autocorrelations(_panel(flat[:30]), 1)).all()
