"""Numbers with more values than are worth keeping."""

import numpy as np
import numpy.typing as npt
import polars as pl
import pytest

from lookalike.transforms.choose import load
from lookalike.transforms.numeric import POINTS_MAX, Numeric, fit_numeric

N_ROWS = 400_000
ROWS = np.arange(N_ROWS, dtype=np.uint64)


def fitted(cells: pl.Series) -> tuple[Numeric, npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """The transform of a column, and its codes and scores."""
    transform, encoded = fit_numeric(cells, np.random.default_rng(1).random(len(cells)))
    return transform, encoded.codes, encoded.scores


def amounts() -> pl.Series:
    """Mostly different cents; 17.25 in a tenth of the rows, 1,000 others five times each."""
    rng = np.random.default_rng(2)
    cells = np.round(rng.lognormal(8, 2, N_ROWS), 2)
    cells[: N_ROWS // 10] = 17.25
    cells[-5_000:] = np.repeat(np.arange(1_000) + 0.75, 5)
    return pl.Series(cells)


def test_thinning_leaves_what_comes_back_as_it_is() -> None:
    """A thinned transform has few values left, among them the least, the greatest and all that repeat."""
    transform = fitted(amounts())[0]
    values, rows = transform.spread.values, transform.spread.n_rows
    thin = transform.thinned().spread

    assert len(thin.values) < 2 * POINTS_MAX < len(values)
    assert set(thin.values[thin.as_is]) == set(values[rows >= 4])
    assert (values[0], values[-1]) == (thin.values[0], thin.values[-1])
    assert rows.sum() == thin.n_rows.sum()


def test_thinned_cells_are_nearly_the_same() -> None:
    """What codes and scores decode to moves by less than a hundredth of a percent of the rows, frequent values not."""
    transform, codes, scores = fitted(amounts())
    whole = transform.decode(codes, scores, seed=0, rows=ROWS).to_numpy()
    thin = transform.thinned().decode(codes, scores, seed=0, rows=ROWS).to_numpy()
    in_order = np.sort(whole[whole != 17.25])
    moved = np.abs(np.searchsorted(in_order, thin) - np.searchsorted(in_order, whole))

    assert moved.max() < 1e-4 * N_ROWS
    assert (thin[: N_ROWS // 10] == 17.25).all()
    assert (np.round(thin, 2) == thin).all()


def test_thinned_transforms_are_kept_in_files() -> None:
    """The state of a thinned transform makes the same one again, and it is not taken for one whose values come back."""
    transform, codes, scores = fitted(amounts())
    thin = transform.thinned()
    again = load(*thin.state())

    assert not again.exact
    assert thin.decode(codes, scores, seed=0, rows=ROWS).equals(again.decode(codes, scores, seed=0, rows=ROWS))


@pytest.mark.parametrize("cells", [pl.Series(np.arange(60_000) / 7), pl.Series(np.arange(600_000) % 150_000)])
def test_few_or_repeated_values_stay(cells: pl.Series) -> None:
    """Columns of few values, and those whose values all come back as they are, are not thinned."""
    transform = fitted(cells)[0]

    assert transform is transform.thinned()
