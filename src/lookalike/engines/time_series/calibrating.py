"""
Which of the ends that steps draw count, so that sequences are as long as train's.

Drawn rows stray a little from where train's are, and ends are drawn there more often; over a sequence that adds up. The
hazard of an end, by the row's number, says by how much: an end counts with the share that brings it down to train's.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.time_series.layout import Lengths

BANDS = 8  # of row numbers, about as many ends of train in each
LEAST = 0.1  # of the ends count at least, or sequences would hardly come to an end

Array = npt.NDArray[Any]


def endings(before: Array, real: Lengths, drawn: Array) -> npt.NDArray[np.float64]:
    """
    The chances with which ends count, by the row's number, the last one for all rows after it.

    Args:
        before: The chances with which the lengths `drawn` came about, ``(e,)``.
        drawn: Lengths of drawn sequences.
    """
    edges = np.unique(np.quantile(real.seen, np.linspace(0, 1, BANDS + 1)[1:-1]).astype(np.int64))
    band = np.searchsorted(edges, np.arange(1, real.most + 1), side="left")
    wanted, found = (_hazard(lengths, band, real.most) for lengths in (real.seen, drawn))
    ratio = np.divide(wanted, found, out=np.ones_like(wanted), where=found > 0)
    chances = before[np.minimum(np.arange(real.most), len(before) - 1)] * ratio[band]
    clipped: npt.NDArray[np.float64] = np.clip(chances, LEAST, 1.0)
    return clipped


def _hazard(lengths: Array, band: Array, most: int) -> npt.NDArray[np.float64]:
    """Ends in each band of row numbers, for each row of it that was reached."""
    ends = np.bincount(np.minimum(lengths, most), minlength=most + 1)[1:].astype(np.float64)
    reached = ends[::-1].cumsum()[::-1]
    ends[-1] = 0.0  # nobody goes on from there, whatever is drawn
    n_bands = int(band[-1]) + 1
    rows = np.bincount(band, weights=np.append(reached[:-1], 0.0), minlength=n_bands)
    return np.bincount(band, weights=ends, minlength=n_bands) / np.maximum(rows, 1.0)
