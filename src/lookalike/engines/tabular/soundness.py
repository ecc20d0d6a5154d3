"""Whether the arrays of a chain fit together, so that drawing from them stays inside them and comes to an end."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.drawing import Chain
from lookalike.engines.tabular.regression import REGRESSORS
from lookalike.engines.tabular.splits import END, FEATURE, LEFT, MASKED, START, THRESHOLD

Array = npt.NDArray[Any]


def is_sound(chain: Chain, n_scores: int) -> bool:
    """Whether `draw_chain` may be given this chain."""
    if not (_has_forms(chain) and _has_offsets(chain)):
        return False
    if not _is_within(chain.regressors, -1, n_scores) or not _is_finite(chain):
        return False
    return all(_is_sound_column(chain, column) for column in range(len(chain.score_rows)))


def _has_forms(chain: Chain) -> bool:
    n_nodes, n_donors, n_columns = len(chain.nodes), len(chain.codes), len(chain.score_rows)
    wanted = {
        "nodes": ("int32", (n_nodes, 5)),
        "masks": ("uint8", (len(chain.masks), 32)),
        "regressors": ("int32", (n_nodes, REGRESSORS)),
        "coefficients": ("float32", (n_nodes, REGRESSORS)),
        "codes": ("int32", (n_donors,)),
        "residuals": ("float32", (n_donors,)),
        "tags": ("uint8", (n_donors,)),
        "bounds": ("float32", (n_columns, 2)),
        "node_at": ("int64", (n_columns + 1,)),
        "mask_at": ("int64", (n_columns + 1,)),
        "donor_at": ("int64", (n_columns + 1,)),
    }
    found = {name: getattr(chain, name) for name in wanted}
    return all((str(a.dtype), a.shape) == wanted[name] for name, a in found.items())


def _has_offsets(chain: Chain) -> bool:
    pairs = ((chain.node_at, chain.nodes), (chain.mask_at, chain.masks), (chain.donor_at, chain.codes))
    return all(at[0] == 0 and at[-1] == len(whole) and bool((np.diff(at) >= 0).all()) for at, whole in pairs)


def _is_finite(chain: Chain) -> bool:
    return all(bool(np.isfinite(a).all()) for a in (chain.coefficients, chain.residuals, chain.bounds))


def _is_within(values: Array, low: int, end: int) -> bool:
    return bool(((values >= low) & (values < end)).all())


def _is_sound_column(chain: Chain, column: int) -> bool:
    nodes = chain.nodes[chain.node_at[column] : chain.node_at[column + 1]]
    n_masks = int(chain.mask_at[column + 1] - chain.mask_at[column])
    codes = chain.codes[chain.donor_at[column] : chain.donor_at[column + 1]]
    n_codes = int(chain.code_at[column + 1] - chain.code_at[column])
    has_cells = chain.cell_at[column + 1] > chain.cell_at[column]
    if not len(nodes) or not _is_within(codes, -1 if has_cells else 0, n_codes):
        return False
    numbers = np.arange(len(nodes))
    inner = nodes[:, FEATURE] >= 0
    splits, leaves = nodes[inner], nodes[~inner]
    return (
        bool((splits[:, FEATURE] < column).all())
        and bool((splits[:, LEFT] > numbers[inner]).all())
        and bool((splits[:, LEFT].astype(np.int64) + 1 < len(nodes)).all())
        and bool((splits[:, THRESHOLD] > MASKED - n_masks).all())
        and bool((leaves[:, START] >= 0).all())
        and bool((leaves[:, END] > leaves[:, START]).all())
        and bool((leaves[:, END] <= len(codes)).all())
    )
