"""What a model promises of every row it draws: the rules of rows, and those of rows within a sequence."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from lookalike.data.constraints import Fd
from lookalike.data.metadata import Metadata
from lookalike.engines.tabular import Promise as RowPromise
from lookalike.engines.tabular.file import unpack
from lookalike.engines.tabular.rules import Held
from lookalike.engines.tabular.rules.held import VALUE, Mask
from lookalike.engines.time_series.layout import Layout, Lookup
from lookalike.engines.time_series.model import KIND
from lookalike.engines.time_series.state import load_layout
from lookalike.engines.time_series.values import Levels


@dataclass(frozen=True)
class Promise:
    """
    Rules that rows keep; see `engines.tabular.promise.Promise`, whose doors these are.

    Attributes:
        rows: What each row keeps alone.
        key: Column that tells sequences apart; None for one series.
        monotone: 1 for columns that never fall from row to row of a sequence, -1 for those that never rise.
        constant: Columns that do not change within a sequence.
    """

    rows: RowPromise
    key: str | None
    monotone: Mapping[str, int]
    constant: tuple[str, ...]

    @property
    def metadata(self) -> Metadata:
        return self.rows.metadata

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that rules name, in the table's order."""
        named = {*self.rows.columns, *self.monotone, *self.constant}
        if self.key is not None and (self.monotone or self.constant):
            named.add(self.key)
        return tuple(name for name in self.metadata.names if name in named)

    @property
    def unique(self) -> tuple[tuple[str, ...], ...]:
        """None: sequences are told apart by their keys, which are made so."""
        return self.rows.unique

    def keys(self, frame: pl.DataFrame) -> pl.DataFrame:
        """See `engines.tabular.promise.Promise.keys`."""
        return self.rows.keys(frame)

    def told(self, change: Callable[[pl.Expr], pl.Expr]) -> "Promise":
        """The promise of rows whose texts were changed when they were written."""
        return replace(self, rows=self.rows.told(change))

    def broken(self, frame: pl.DataFrame, *, nulls: bool = True) -> Mapping[str, int]:
        """How many rows break each rule, by its title; without those that none breaks."""
        counts = {title: int(rows.sum()) for title, rows in self.breaches(frame, nulls=nulls).items()}
        return {title: n for title, n in counts.items() if n}

    def breaches(self, frame: pl.DataFrame, *, nulls: bool = True) -> Mapping[str, Mask]:
        """
        Which rows break each rule, by its title.

        Args:
            frame: Consecutive rows of the output; rules within a sequence hold each row against the one before it.
        """
        masks = dict(self.rows.breaches(frame, nulls=nulls))
        same = self._goes_on(frame)
        for name, sign in self.monotone.items():
            held = (
                frame[name].to_physical().cast(pl.Float64).forward_fill()
                if self.key is None
                else _held(frame, name, self.key)
            )
            change = np.nan_to_num(np.diff(held.to_numpy(), prepend=np.nan)) * sign
            masks[f"{'rising' if sign > 0 else 'falling'} of '{name}'"] = same & (change < 0)
        for name in self.constant:
            changed = frame[name].ne_missing(frame[name].shift(1)).to_numpy()
            present = True if nulls else (frame[name].is_not_null() & frame[name].shift(1).is_not_null()).to_numpy()
            masks[f"constant of '{name}'"] = same & changed & present
        return masks

    def _goes_on(self, frame: pl.DataFrame) -> Mask:
        """Which rows belong to the sequence of the row before."""
        if not frame.height or not (self.monotone or self.constant):
            return np.zeros(frame.height, np.bool_)
        same = np.ones(frame.height, np.bool_)
        if self.key is not None:
            same = frame[self.key].eq_missing(frame[self.key].shift(1)).to_numpy().copy()
        same[0] = False
        return same


def _held(frame: pl.DataFrame, name: str, key: str) -> pl.Series:
    """The numbers of a column, each missing one as the last one of its sequence before it."""
    number = pl.col(name).to_physical().cast(pl.Float64).forward_fill().over(pl.col(key).rle_id())
    return frame.select(number)[name]


def promise(layout: Layout) -> Promise:
    """What a model of this layout promises; nothing where it gives wide rows, whose columns are steps."""
    if layout.widening is not None:
        return Promise(RowPromise(layout.given, ()), None, {}, ())
    looked_up = tuple(_as_held(layout, name, lookup) for name, lookup in layout.derived.items())
    rows = RowPromise(layout.metadata, (*layout.rules.held, *looked_up))
    key = next(iter(layout.keys), None)
    return Promise(rows, key, layout.monotone, layout.roles.context)


def load_promise(value: bytes) -> Promise:
    """
    What the model of these bytes promises.

    Raises:
        ModelFileError: damaged, not ours, or of another version.
    """
    return promise(load_layout(*unpack(KIND, value)))


def _as_held(layout: Layout, name: str, lookup: Lookup) -> Held:
    """A column that is looked up, as the rule it keeps."""
    track = layout.tracks[layout.track(lookup.determinant)]
    if not isinstance(track, Levels):
        raise ValueError("only categories determine others by a lookup")
    levels = np.arange(track.transform.n_levels, dtype=np.int32)
    keys = track.transform.decode_levels(levels).alias("0")
    values = lookup.transform.decode_levels(lookup.lookup[: len(levels)]).alias(VALUE)
    table = pl.DataFrame([keys, values]).unique(subset="0", keep="first", maintain_order=True)
    rule = Fd(type="fd", determinant=(lookup.determinant,), dependent=name)
    return Held(rule, found=True, decimals=None, table=table, nulls=True)
