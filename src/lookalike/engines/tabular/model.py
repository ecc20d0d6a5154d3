"""The fitted chain: draws blocks of rows and is kept in a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.data.streams import stream
from lookalike.engines import BLOCK_ROWS
from lookalike.engines.tabular.drawing import Chain, draw_chain
from lookalike.engines.tabular.file import pack, unpack
from lookalike.engines.tabular.filling import Mask, Places, fill
from lookalike.engines.tabular.layout import Layout, layout_state, load_layout
from lookalike.engines.tabular.soundness import is_sound
from lookalike.engines.tabular.tree import Tree
from lookalike.errors import ModelFileError, UsageError
from lookalike.transforms import Numbers

KIND = "tabular model"
_TREE = ("nodes", "masks", "regressors", "coefficients", "codes", "residuals", "tags")
_OFFSETS = ("node_at", "mask_at", "donor_at")

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Model:
    """See `engines.Model`. It holds levels and quantiles of real columns: guard it as you guard the table."""

    layout: Layout
    chain: Chain
    seed: int

    @property
    def metadata(self) -> Metadata:
        return self.layout.metadata

    @property
    def notes(self) -> tuple[str, ...]:
        return self.layout.notes

    def draw(self, n_rows: int, *, seed: int, block: int) -> pl.DataFrame:
        """See `engines.Model.draw`. Rows of a block are exchangeable, so no order of train can show."""
        if not 1 <= n_rows <= BLOCK_ROWS:
            raise UsageError(f"A block has 1 to {BLOCK_ROWS} rows, not {n_rows}.", hint="Draw several blocks.")

        def draw(places: Places, turn: int) -> tuple[pl.DataFrame, Mask]:
            rows = (block * BLOCK_ROWS + places).astype(np.uint64)
            frame = self._candidates(stream(seed, "draw", block, turn), seed, rows)
            return frame, self.layout.rules.kept(frame)

        return fill(n_rows, draw)

    def _candidates(self, rng: np.random.Generator, seed: int, rows: Numbers) -> pl.DataFrame:
        """A row for each row number, whatever the rules say of it."""
        seeds = rng.integers(0, 2**64, len(self.layout.chain), dtype=np.uint64)
        codes, scores = draw_chain(self.chain, seeds, len(rows), self.layout.n_scores)
        drawn = Drawn(self.layout, codes, scores, seed, rows)
        computed = self.layout.rules.computed
        told = {name: drawn.column(n) for n, name in enumerate(self.metadata.names) if name not in computed}
        return self.layout.rules.complete(pl.DataFrame(told)).select(self.metadata.names)

    def to_bytes(self) -> bytes:
        header, arrays = layout_state(self.layout)
        kept = {name: getattr(self.chain, name) for name in (*_TREE, "bounds", *_OFFSETS)}
        trees = {f"chain.{name}": array for name, array in kept.items()}
        return pack(KIND, header | {"seed": self.seed}, arrays | trees)

    @classmethod
    def from_bytes(cls, value: bytes) -> Self:
        header, arrays = unpack(KIND, value)
        layout = load_layout(header, arrays)
        try:
            kept = {name: arrays[f"chain.{name}"] for name in (*_TREE, "bounds", *_OFFSETS)}
        except KeyError:
            raise ModelFileError("The file is damaged: a part of the model is not there.") from None
        chain = Chain(**kept, **_codes(layout))
        if not is_sound(chain, layout.n_scores):
            raise ModelFileError("The file is damaged: its trees do not fit together.")
        return cls(layout, chain, _seed(header))


@dataclass(frozen=True)
class Drawn:
    """A block as codes int32 ``(c, n)`` and scores float32 ``(n, s)``, to be told as cells."""

    layout: Layout
    codes: Array
    scores: Array
    seed: int
    rows: Numbers

    def column(self, number: int) -> pl.Series:
        """The cells of one column."""
        transform = self.layout.transforms[number]
        derived = self.layout.lookups.get(number)
        if derived is not None:
            levels = self.layout.transforms[derived.determinant].levels(*self._told(derived.determinant))
            return transform.decode_levels(derived.lookup[levels])
        return transform.decode(*self._told(number), seed=self.seed, rows=self.rows)

    def _told(self, number: int) -> tuple[Array, Array]:
        none = np.zeros(0, np.float32)
        place = self.layout.places.get(number)
        if place is None:
            return np.zeros(self.codes.shape[1], np.int32), none
        row = self.layout.score_rows[place]
        return self.codes[place], np.ascontiguousarray(self.scores[:, row]) if row >= 0 else none


def join_trees(layout: Layout, trees: Sequence[Tree], bounds: Array, seed: int) -> Model:
    """
    The model of a layout and the trees of its chain, in order.

    Args:
        bounds: float32 ``(c, 2)``, least and largest score of each column.
    """
    ends = {
        "node_at": [len(t.nodes) for t in trees],
        "mask_at": [len(t.masks) for t in trees],
        "donor_at": [len(t.codes) for t in trees],
    }
    offsets = {name: np.cumsum([0, *sizes]).astype(np.int64) for name, sizes in ends.items()}
    parts = {name: _concatenated([getattr(t, name) for t in trees], name) for name in _TREE}
    return Model(layout, Chain(**parts, **offsets, bounds=bounds, **_codes(layout)), seed)


def _seed(header: Mapping[str, Any]) -> int:
    seed = header.get("seed")
    if not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise ModelFileError("The file is damaged: it has no seed.")
    return seed


def _concatenated(parts: list[Array], name: str) -> Array:
    empty: Mapping[str, Array] = {
        "nodes": np.zeros((0, 5), np.int32),
        "masks": np.zeros((0, 32), np.uint8),
        "regressors": np.zeros((0, 3), np.int32),
        "coefficients": np.zeros((0, 3), np.float32),
        "codes": np.zeros(0, np.int32),
        "residuals": np.zeros(0, np.float32),
        "tags": np.zeros(0, np.uint8),
    }
    return np.concatenate([empty[name], *parts])


def _codes(layout: Layout) -> dict[str, Array]:
    """What a chain needs to know of its columns' codes and cells."""
    scales = layout.scales
    return {
        "code_bins": np.concatenate([np.zeros(0, np.uint8), *(s.code_bins for s in scales)]),
        "code_scores": np.concatenate([np.zeros(0, np.float32), *(s.code_scores for s in scales)]),
        "cell_bins": np.concatenate([np.zeros(0, np.uint8), *(s.cell_bins for s in scales)]),
        "code_at": np.cumsum([0, *(s.n_codes for s in scales)]).astype(np.int64),
        "cell_at": np.cumsum([0, *(len(s.cell_bins) for s in scales)]).astype(np.int64),
        "score_rows": layout.score_rows,
    }
