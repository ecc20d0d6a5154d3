"""Whether the arrays of a chain fit together, so that drawing from them stays inside them and comes to an end."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.descent import CUT_MAX, LEAF
from lookalike.engines.tabular.directions import CLUES, GRID
from lookalike.engines.tabular.donors import TAGS
from lookalike.engines.tabular.drawing import Chain
from lookalike.engines.tabular.refining import Refiner
from lookalike.engines.tabular.regression import REGRESSORS
from lookalike.engines.tabular.splits import BINS_MAX, END, FEATURE, LEFT, MASKED, START, THRESHOLD
from lookalike.errors import ModelFileError
from lookalike.transforms.normal import LIMIT

GREATEST = 1e15  # of what is added up and multiplied in 32 bits: the result stays a number

Array = npt.NDArray[Any]


def is_sound(chain: Chain, n_scores: int) -> bool:
    """Whether `draw_chain` may be given this chain."""
    if not (_has_forms(chain) and _has_offsets(chain)):
        return False
    if not _is_within(chain.regressors, -1, n_scores) or not _is_within(chain.tags, 0, TAGS) or not _is_finite(chain):
        return False
    n_trees = _n_trees(chain)
    return all(
        _is_sound_clue(chain, column)
        and all(_is_sound_tree(chain, column, column * n_trees + number) for number in range(n_trees))
        for column in range(len(chain.score_rows))
    )


def _n_trees(chain: Chain) -> int:
    """Of each column."""
    return (len(chain.node_at) - 1) // max(len(chain.score_rows), 1)


def _has_forms(chain: Chain) -> bool:
    n_nodes, n_donors, n_columns = len(chain.nodes), len(chain.codes), len(chain.score_rows)
    n_trees = _n_trees(chain) * n_columns
    wanted = {
        "nodes": ("int32", (n_nodes, 5)),
        "masks": ("uint8", (len(chain.masks), 32)),
        "regressors": ("int32", (n_nodes, REGRESSORS)),
        "coefficients": ("float32", (n_nodes, REGRESSORS)),
        "codes": ("int32", (n_donors,)),
        "residuals": ("float32", (n_donors,)),
        "tags": ("uint8", (n_donors,)),
        "bounds": ("float32", (n_columns, 2)),
        "node_at": ("int64", (n_trees + 1,)),
        "mask_at": ("int64", (n_trees + 1,)),
        "donor_at": ("int64", (n_trees + 1,)),
        "clue_columns": ("int32", (len(chain.clue_columns),)),
        "clue_tables": ("float32", (len(chain.clue_columns), 256, CLUES)),
        "clue_at": ("int64", (n_columns + 1,)),
        "clue_grid": ("float32", (n_columns, CLUES, 2)),
        "clue_bins": ("uint8", (len(chain.clue_bins), CLUES, GRID)),
        "clue_row": ("int32", (n_columns,)),
    }
    found = {name: getattr(chain, name) for name in wanted}
    return all((str(a.dtype), a.shape) == wanted[name] for name, a in found.items())


def _has_offsets(chain: Chain) -> bool:
    pairs = (
        (chain.node_at, chain.nodes),
        (chain.mask_at, chain.masks),
        (chain.donor_at, chain.codes),
        (chain.clue_at, chain.clue_columns),
    )
    return all(at[0] == 0 and at[-1] == len(whole) and bool((np.diff(at) >= 0).all()) for at, whole in pairs)


def _is_finite(chain: Chain) -> bool:
    numbers = (chain.coefficients, chain.residuals, chain.bounds, chain.clue_tables, chain.clue_grid)
    return all(bool((np.abs(a) <= GREATEST).all()) for a in numbers) and _is_within_limit(chain.bounds)


def _is_within_limit(bounds: Array) -> bool:
    """Whether scores are held where the normal distribution's table reaches."""
    return bool((np.abs(bounds) <= np.float32(LIMIT)).all() and (bounds[:, 0] <= bounds[:, 1]).all())


def _is_within(values: Array, low: int, end: int) -> bool:
    return bool(((values >= low) & (values < end)).all())


def _is_sound_clue(chain: Chain, column: int) -> bool:
    columns = chain.clue_columns[chain.clue_at[column] : chain.clue_at[column + 1]]
    return _is_within(columns, 0, column) and -1 <= chain.clue_row[column] < len(chain.clue_bins)


def _is_sound_tree(chain: Chain, column: int, tree: int) -> bool:
    nodes = chain.nodes[chain.node_at[tree] : chain.node_at[tree + 1]]
    n_masks = int(chain.mask_at[tree + 1] - chain.mask_at[tree])
    codes = chain.codes[chain.donor_at[tree] : chain.donor_at[tree + 1]]
    n_codes = int(chain.code_at[column + 1] - chain.code_at[column])
    n_copies = int(chain.copy_at[column + 1] - chain.copy_at[column])
    has_cells = chain.cell_at[column + 1] > chain.cell_at[column]
    if not len(nodes) or not _is_within(codes, -1 if has_cells else 0, n_codes + 1 + n_copies):
        return False
    inner = nodes[:, FEATURE] >= 0
    splits, leaves = nodes[inner], nodes[~inner]
    clue = (splits[:, FEATURE] >= len(chain.score_rows)) & (splits[:, FEATURE] < len(chain.score_rows) + CLUES)
    return (
        not bool((codes == n_codes).any())
        and bool(((splits[:, FEATURE] < column) | clue).all())
        and (chain.clue_row[column] >= 0 or not bool(clue.any()))
        and _descends(nodes, len(chain.score_rows) + CLUES, n_masks)
        and _share_out(leaves, len(codes))
    )


def _share_out(leaves: Array, n_donors: int) -> bool:
    """Whether each donor is in one leaf, and no leaf without."""
    ordered = leaves[np.argsort(leaves[:, START], kind="stable")]
    ends = np.concatenate([np.zeros(1, np.int32), ordered[:, END]])
    starts = np.append(ordered[:, START], n_donors)
    return bool((starts == ends).all() and (ordered[:, END] > ordered[:, START]).all())


def load_refiner(arrays: Mapping[str, Array], n_columns: int) -> Refiner:
    """
    The refiner of a model file.

    Raises:
        ModelFileError: a part is not there, or they do not fit together.
    """
    try:
        refiner = Refiner(**{name: arrays[f"refiner.{name}"] for name in Refiner.__annotations__})
        sound = _is_sound_refiner(refiner, n_columns)
    except (KeyError, IndexError, TypeError):
        sound = False
    if not sound:
        raise ModelFileError("The file is damaged: what chooses its rows does not fit together.")
    return refiner


def _is_sound_refiner(refiner: Refiner, n_columns: int) -> bool:
    n_nodes, n_trees, n_rounds = len(refiner.nodes), len(refiner.tree_at) - 1, len(refiner.tops)
    wanted = {
        "nodes": ("int32", (n_nodes, 5)),
        "masks": ("uint8", (len(refiner.masks), 32)),
        "values": ("float64", (n_nodes,)),
        "tree_at": ("int64", (n_trees + 1,)),
        "round_at": ("int64", (n_rounds + 1,)),
        "tops": ("float64", (n_rounds,)),
    }
    if any((str(a.dtype), a.shape) != wanted[name] for name, a in refiner.arrays().items()):
        return False
    ends = ((refiner.tree_at, n_nodes), (refiner.round_at, n_trees))
    if not all(at[0] == 0 and at[-1] == end and bool((np.diff(at) > 0).all()) for at, end in ends):
        return False
    if not (np.isfinite(refiner.values).all() and np.isfinite(refiner.tops).all()):
        return False
    trees = (refiner.nodes[a:b] for a, b in pairwise(refiner.tree_at))
    return all(_descends(nodes, n_columns, len(refiner.masks)) for nodes in trees)


def _descends(nodes: Array, n_features: int, n_masks: int) -> bool:
    """Whether every way down a tree ends, at bins and masks that are there."""
    numbers = np.arange(len(nodes))
    inner = nodes[:, FEATURE] >= 0
    splits = nodes[inner]
    return (
        n_features < LEAF
        and len(nodes) < 2**28
        and n_masks < CUT_MAX - BINS_MAX
        and bool((splits[:, FEATURE] < n_features).all())
        and bool((splits[:, THRESHOLD] < BINS_MAX).all())
        and bool((splits[:, LEFT] > numbers[inner]).all())
        and bool((splits[:, LEFT].astype(np.int64) + 1 < len(nodes)).all())
        and bool((splits[:, THRESHOLD] > MASKED - n_masks).all())
    )
