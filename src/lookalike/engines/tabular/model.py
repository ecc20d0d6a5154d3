"""The fitted chain: draws blocks of rows and is kept in a file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.asking import NOTHING, Asking
from lookalike.data.metadata import Metadata
from lookalike.data.streams import key, stream
from lookalike.engines import BLOCK_ROWS
from lookalike.engines.tabular.chain import chain_state, load_chain
from lookalike.engines.tabular.drawing import Chain, Rows, draw_chain
from lookalike.engines.tabular.file import pack, unpack
from lookalike.engines.tabular.filling import Mask, Places, fill
from lookalike.engines.tabular.layout import Layout, layout_state, load_layout
from lookalike.engines.tabular.refining import NONE as UNREFINED
from lookalike.engines.tabular.refining import Refiner, fit_refiner
from lookalike.engines.tabular.soundness import is_sound, load_refiner
from lookalike.engines.tabular.wishes import Wishes
from lookalike.engines.tabular.wishes.asked import make_layers, refuse_unfit
from lookalike.errors import ModelFileError, UsageError
from lookalike.transforms import CONTINUOUS, Numbers

KIND = "tabular model"
NATURAL_BLOCK = 2**23  # by whose rows natural shares are counted; no output has so many blocks

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Model:
    """
    See `engines.Model`. It holds levels and quantiles of real columns: guard it as you guard the table.

    Attributes:
        block_rows: Rows of a block at most; row numbers go on from one block to the next by so many.
    """

    layout: Layout
    chain: Chain
    seed: int
    refiner: Refiner = UNREFINED
    asking: Asking = NOTHING
    conditions: pl.DataFrame | None = None
    block_rows: int = BLOCK_ROWS
    asked_by_total: dict[int, Wishes] = field(default_factory=dict, compare=False)

    @property
    def metadata(self) -> Metadata:
        return self.layout.metadata

    @property
    def notes(self) -> tuple[str, ...]:
        return self.layout.notes

    def asked(self, asking: Asking, conditions: pl.DataFrame | None = None) -> "Model":
        """
        The model that draws what is asked for.

        Args:
            conditions: A table of conditions, instead of those of `asking`.

        Raises:
            InputInvalid: columns that are not there, or cannot be asked for.
        """
        refuse_unfit(asking, self.metadata, conditions)
        return replace(self, asking=asking, conditions=conditions, asked_by_total={})

    def wishes(self, total: int) -> Wishes:
        """
        What is asked of each row of an output.

        Raises:
            InputInvalid: values that a column's type cannot mean; more conditions than rows.
            ConditionsUnreachable: what this model cannot draw.
        """
        if total not in self.asked_by_total:
            layers = make_layers(self.asking, self.conditions, self.layout, total, self._natural)
            salt = key(self.seed, "wishes") & (2**62 - 1)
            self.asked_by_total[total] = Wishes(self.layout, self.chain, layers, self.asking.impute, total, salt)
        return self.asked_by_total[total]

    def draw(self, n_rows: int, *, seed: int, block: int, total: int | None = None) -> pl.DataFrame:
        """See `engines.Model.draw`. Rows of a block are exchangeable, so no order of train can show."""
        if not 1 <= n_rows <= self.block_rows:
            raise UsageError(f"A block has 1 to {self.block_rows} rows, not {n_rows}.", hint="Draw several blocks.")
        wishes = self.wishes(total or block * self.block_rows + n_rows)

        def draw(places: Places, turn: int) -> tuple[pl.DataFrame, Mask]:
            rows = (block * self.block_rows + places).astype(np.uint64)
            return self.candidates(stream(seed, "draw", block, turn), seed, rows, wishes)

        return fill(n_rows, draw)

    def draw_codes(self, n_rows: int, *, seed: int, block: int) -> Rows:
        """A block as the chain has it: not decoded, and no row sent back for a rule or a wish."""
        rows = (block * BLOCK_ROWS + np.arange(n_rows)).astype(np.uint64)
        told, _ = self._codes(stream(seed, "draw", block, 0), rows, self.wishes(block * BLOCK_ROWS + n_rows))
        return told

    def candidates(
        self, rng: np.random.Generator, seed: int, rows: Numbers, wishes: Wishes
    ) -> tuple[pl.DataFrame, Mask]:
        """A row for each row number, and which of them may stay: they obey all rules and have what is asked of them."""
        frame, stay = self._drawn(rng, seed, rows, wishes)
        return frame, stay & self.layout.rules.kept(frame) & wishes.kept(frame, rows)

    def _drawn(self, rng: np.random.Generator, seed: int, rows: Numbers, wishes: Wishes) -> tuple[pl.DataFrame, Mask]:
        """Rows, and which of them were as likely as the others without what they were given."""
        told, stay = self._codes(rng, rows, wishes)
        drawn = Drawn(self.layout, told.codes, told.scores, seed, rows)
        computed = self.layout.rules.computed
        cells = {name: drawn.column(n) for n, name in enumerate(self.metadata.names) if name not in computed}
        frame = self.layout.rules.complete(wishes.put(pl.DataFrame(cells), rows)).select(self.metadata.names)
        for points in self.layout.points:
            frame = points.moved(frame, seed=seed, rows=rows)
        return frame, stay

    def _codes(self, rng: np.random.Generator, rows: Numbers, wishes: Wishes) -> tuple[Rows, Mask]:
        """Rows as the chain has them, and which of them may stay."""
        seeds = rng.integers(0, 2**64, len(self.layout.chain), dtype=np.uint64)
        given, greatest = wishes.given(rows)
        told = draw_chain(self.chain, seeds, len(rows), self.layout.n_scores, given)
        stay: Mask = rng.random(len(rows)) * greatest < told.weights * self.refiner.chances(told.bins)
        return told, stay

    def refined(self, bins: Array) -> "Model":
        """The model whose rows are chosen by what tells them from train's, whose bins are uint8 ``(n, c)``."""
        categories = [place for place, scale in enumerate(self.layout.scales) if not scale.ordered]
        return replace(self, refiner=fit_refiner(bins, categories, self._bins))

    def _bins(self, n_rows: int, number: int, refiner: Refiner) -> Array:
        """Bins of rows that a refiner lets pass, uint8 ``(n_rows, c)``."""
        found: list[Array] = []
        turn, wanted, n_columns = 0, n_rows, len(self.layout.chain)
        nothing = Wishes(self.layout, self.chain, (), (), 1, 0)
        while wanted > 0:
            rng = stream(self.seed, "refine", number, turn)
            seeds = rng.integers(0, 2**64, n_columns, dtype=np.uint64)
            given, _ = nothing.given(np.arange(BLOCK_ROWS, dtype=np.uint64))
            bins = draw_chain(self.chain, seeds, BLOCK_ROWS, self.layout.n_scores, given).bins
            stay = rng.random(BLOCK_ROWS) < refiner.chances(bins)
            found.append(bins[stay, :n_columns][:wanted])
            wanted, turn = wanted - len(found[-1]), turn + 1
        return np.concatenate(found)

    def _natural(self, names: Sequence[str]) -> pl.DataFrame:
        """Rows of the named columns as they come if nothing is asked for."""
        plain = replace(self, asking=NOTHING, conditions=None, asked_by_total={}, block_rows=BLOCK_ROWS)
        return plain.draw(BLOCK_ROWS, seed=self.seed, block=NATURAL_BLOCK).select(names)

    def to_bytes(self) -> bytes:
        header, arrays = layout_state(self.layout)
        header |= {"seed": self.seed, "asking": self.asking.model_dump(mode="json")}
        refiner = {f"refiner.{name}": array for name, array in self.refiner.arrays().items()}
        return pack(KIND, header, arrays | chain_state(self.chain) | refiner)

    @classmethod
    def from_bytes(cls, value: bytes) -> Self:
        header, arrays = unpack(KIND, value)
        layout = load_layout(header, arrays)
        chain = load_chain(layout, arrays)
        if not is_sound(chain, layout.n_scores):
            raise ModelFileError("The file is damaged: its trees do not fit together.")
        refiner = load_refiner(arrays, len(layout.chain))
        return cls(layout, chain, _seed(header), refiner, load_asking(header))


@dataclass(frozen=True)
class Drawn:
    """A block as codes int32 ``(c, n)`` and scores float32 ``(n, s)``, to be told as cells."""

    layout: Layout
    codes: Array
    scores: Array
    seed: int
    rows: Numbers
    known: dict[int, pl.Series] = field(default_factory=dict)

    def column(self, number: int) -> pl.Series:
        """The cells of one column."""
        if number not in self.known:
            self.known[number] = self._cells(number)
        return self.known[number]

    def _cells(self, number: int) -> pl.Series:
        transform = self.layout.transforms[number]
        derived = self.layout.lookups.get(number)
        if derived is not None:
            levels = self.layout.transforms[derived.determinant].levels(*self._told(derived.determinant))
            return transform.decode_levels(derived.lookup[levels])
        codes, scores = self._told(number)
        first = transform.scale.n_codes + 1  # from here on cells are copied
        own = np.where(codes < first, codes, np.int32(CONTINUOUS))
        cells = transform.decode(own, scores, seed=self.seed, rows=self.rows)
        for which, source in enumerate(self.layout.kinship.sources(number)):
            copied = pl.Series(codes == first + which)
            cells = pl.select(pl.when(copied).then(self.column(source)).otherwise(cells)).to_series().alias("")
        return cells

    def _told(self, number: int) -> tuple[Array, Array]:
        none = np.zeros(0, np.float32)
        place = self.layout.places.get(number)
        if place is None:
            return np.zeros(self.codes.shape[1], np.int32), none
        row = self.layout.score_rows[place]
        return self.codes[place], np.ascontiguousarray(self.scores[:, row]) if row >= 0 else none


def load_asking(header: Mapping[str, Any]) -> Asking:
    """
    What a header says is asked for.

    Raises:
        ModelFileError: nothing of the kind.
    """
    try:
        return Asking.model_validate_json(json.dumps(header["asking"]))
    except (KeyError, TypeError, ValueError):
        raise ModelFileError("The file is damaged: it does not say what is asked for.") from None


def _seed(header: Mapping[str, Any]) -> int:
    seed = header.get("seed")
    if not isinstance(seed, int) or not 0 <= seed < 2**63:
        raise ModelFileError("The file is damaged: it has no seed.")
    return seed
