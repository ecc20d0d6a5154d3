"""A fitted chain's arrays: put together from the trees of its columns, taken apart for a file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.descent import make_hops
from lookalike.engines.tabular.directions import CLUES, GRID, Direction
from lookalike.engines.tabular.drawing import Chain
from lookalike.engines.tabular.layout import Layout
from lookalike.engines.tabular.tree import Grown, Tree
from lookalike.errors import ModelFileError
from lookalike.transforms.normal import CELLS
from lookalike.transforms.numeric import Numeric

Array = npt.NDArray[Any]

_TREE: Mapping[str, Array] = {
    "nodes": np.zeros((0, 5), np.int32),
    "masks": np.zeros((0, 32), np.uint8),
    "regressors": np.zeros((0, 3), np.int32),
    "coefficients": np.zeros((0, 3), np.float32),
    "codes": np.zeros(0, np.int32),
    "residuals": np.zeros(0, np.float32),
    "tags": np.zeros(0, np.uint8),
}
_ENDS = {"node_at": "nodes", "mask_at": "masks", "donor_at": "codes"}
_CLUES = ("clue_columns", "clue_tables", "clue_at", "clue_grid", "clue_bins", "clue_row")
_KEPT = (*_TREE, *_ENDS, *_CLUES, "bounds")


def make_chain(layout: Layout, grown: Iterable[Grown], bounds: Array) -> Chain:
    """
    The chain of a layout.

    Args:
        grown: One a column of the chain; all of as many trees. Taken one by one, and let go part after part, since all
            of them may be half of what memory holds.
        bounds: float32 ``(c, 2)``, least and largest score of each column.
    """
    directions: list[Direction] = []
    apart: dict[str, list[Array]] = {name: [] for name in _TREE}
    for column in grown:
        directions.append(column.direction)
        for name in _TREE:
            apart[name] += [getattr(tree, name) for tree in column.trees]
    ends = {name: _ends([len(part) for part in apart[of]]) for name, of in _ENDS.items()}
    parts = {name: _end_to_end(apart.pop(name), empty) for name, empty in _TREE.items()}
    hops = make_hops(parts["nodes"])
    return Chain(**parts, **ends, **_clues(directions), hops=hops, bounds=bounds, **_of_layout(layout))


def chain_state(chain: Chain) -> dict[str, Array]:
    """The arrays of which `load_chain` makes the same chain."""
    return {f"chain.{name}": getattr(chain, name) for name in _KEPT}


def load_chain(layout: Layout, arrays: Mapping[str, Array]) -> Chain:
    """
    The chain of a state.

    Raises:
        ModelFileError: a part is not there.
    """
    try:
        kept = {name: arrays[f"chain.{name}"] for name in _KEPT}
        hops = make_hops(kept["nodes"])
    except (KeyError, IndexError):
        raise ModelFileError("The file is damaged: a part of the model is not there.") from None
    return Chain(**kept, hops=hops, **_of_layout(layout))


def grown_state(grown: Grown) -> dict[str, Array]:
    """The arrays of which `load_grown` makes the same trees."""
    trees = {f"{n}.{name}": array for n, tree in enumerate(grown.trees) for name, array in tree.arrays().items()}
    return trees | {f"direction.{name}": array for name, array in grown.direction._asdict().items()}


def load_grown(arrays: Mapping[str, Array], n_trees: int) -> Grown:
    """
    The trees of a state.

    Raises:
        KeyError: a part is not there.
    """
    trees = [Tree(**{name: arrays[f"{n}.{name}"] for name in _TREE}) for n in range(n_trees)]
    return Grown(tuple(trees), Direction(**{name: arrays[f"direction.{name}"] for name in Direction._fields}))


def _ends(sizes: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.cumsum([0, *sizes]).astype(np.int64)


def _end_to_end(parts: Sequence[Array], empty: Array) -> Array:
    return np.concatenate([empty, *parts])


def _clues(found: Sequence[Direction]) -> dict[str, Array]:
    used = np.array([len(d.columns) > 0 for d in found], bool)
    return {
        "clue_columns": _end_to_end([d.columns for d in found], np.zeros(0, np.int32)),
        "clue_tables": _end_to_end([d.tables for d in found], np.zeros((0, 256, CLUES), np.float32)),
        "clue_at": _ends([len(d.columns) for d in found]),
        "clue_grid": np.array([d.grid for d in found], np.float32).reshape(-1, CLUES, 2),
        "clue_bins": _end_to_end([d.bins[None] for d in found if len(d.columns)], np.zeros((0, CLUES, GRID), np.uint8)),
        "clue_row": np.where(used, np.cumsum(used) - 1, -1).astype(np.int32),
    }


def _of_layout(layout: Layout) -> dict[str, Array]:
    """What a chain needs to know of its columns' codes and cells, and of cells that go together."""
    scales = layout.scales
    return {
        "code_bins": _end_to_end([s.code_bins for s in scales], np.zeros(0, np.uint8)),
        "code_scores": _end_to_end([s.code_scores for s in scales], np.zeros(0, np.float32)),
        "cell_bins": _end_to_end([s.cell_bins for s in scales], np.zeros(0, np.uint8)),
        "code_at": _ends([s.n_codes for s in scales]),
        "cell_at": _ends([len(s.cell_bins) for s in scales]),
        "score_rows": layout.score_rows,
        "ties": _ties(layout),
        **_copies(layout),
    }


def _ties(layout: Layout) -> npt.NDArray[np.int32]:
    ties = np.full((len(layout.chain), 3), -1, np.int32)
    for tie in layout.kinship.ties:
        ties[layout.places[tie.column]] = layout.places[tie.leader], tie.bin, tie.code
    return ties


def _copies(layout: Layout) -> dict[str, Array]:
    tables: list[tuple[Array, Array]] = []
    pairs, sizes = [], []
    for column in layout.chain:
        sources = layout.kinship.sources(column)
        sizes.append(len(sources))
        for source in sources:
            pairs.append((layout.places[source], len(tables)))
            tables.append(_reach(layout, source, column))
    return {
        "copies": np.array(pairs, np.int32).reshape(-1, 2),
        "copy_bins": _end_to_end([bins[None] for bins, _ in tables], np.zeros((0, CELLS), np.uint8)),
        "copy_scores": _end_to_end([scores[None] for _, scores in tables], np.zeros((0, CELLS), np.float32)),
        "copy_at": _ends(sizes),
    }


def _reach(layout: Layout, source: int, column: int) -> tuple[Array, Array]:
    """Where the source's cells stand on the column's scale."""
    giving, taking = layout.transforms[source], layout.transforms[column]
    if not isinstance(giving, Numeric) or not isinstance(taking, Numeric):
        raise ValueError("only numbers are copied")
    return taking.place(giving.cell_values())
