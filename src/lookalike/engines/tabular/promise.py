"""What a model promises of every row it draws, so that whoever has the rows can check it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from lookalike.data.constraints import Fd, Unique
from lookalike.data.digests import keys_of
from lookalike.data.metadata import Metadata
from lookalike.engines.tabular.file import unpack
from lookalike.engines.tabular.layout import Layout, load_layout
from lookalike.engines.tabular.model import KIND, Model
from lookalike.engines.tabular.relations import Derived
from lookalike.engines.tabular.rules.held import VALUE, Held, Mask


@dataclass(frozen=True)
class Promise:
    """
    Rules that rows keep.

    Attributes:
        metadata: Of the rows.
        held: The rules, found and declared, with what was learnt for them.
    """

    metadata: Metadata
    held: tuple[Held, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that rules name, in the table's order."""
        named = {name for held in self.held for name in held.rule.named}
        return tuple(name for name in self.metadata.names if name in named)

    @property
    def unique(self) -> tuple[tuple[str, ...], ...]:
        """Columns on which no two rows of a whole output may agree, where none of them is missing."""
        return tuple(held.rule.columns for held in self.held if isinstance(held.rule, Unique))

    def keys(self, frame: pl.DataFrame) -> pl.DataFrame:
        """What rows are told apart by, a column for each of `unique`; missing for rows that may be alike."""
        return keys_of(frame, self.unique)

    def told(self, change: Callable[[pl.Expr], pl.Expr]) -> "Promise":
        """The promise of rows whose texts were changed when they were written."""
        return replace(self, held=tuple(_told(held, change) for held in self.held))

    def broken(self, frame: pl.DataFrame, *, nulls: bool = True) -> Mapping[str, int]:
        """
        How many rows break each rule that rows break alone, by the rule's title; without those that none breaks.

        Args:
            frame: Holds at least `columns`, of the metadata's dtypes.
            nulls: False where a missing cell may have been something else before it was written: then rows with one are
                exempt from every rule.
        """
        counts = {title: int(rows.sum()) for title, rows in self.breaches(frame, nulls=nulls).items()}
        return {title: n for title, n in counts.items() if n}

    def breaches(self, frame: pl.DataFrame, *, nulls: bool = True) -> Mapping[str, Mask]:
        """Which rows break each rule that rows break alone, by the rule's title; arguments as for `broken`."""
        masks: dict[str, Mask] = {}
        for held in self.held:
            if isinstance(held.rule, Unique):
                continue
            checked = held if nulls else replace(held, nulls=False)
            rows, title = checked.broken(frame, self.metadata), held.rule.title
            masks[title] = masks[title] | rows if title in masks else rows  # titles tell columns, not ends or patterns
        return masks


def promise(layout: Layout) -> Promise:
    """What a model of this layout promises."""
    looked_up = (_held(layout, derived) for derived in layout.derived)
    return Promise(layout.metadata, (*layout.rules.held, *looked_up))


def promised(model: Model) -> Promise:
    """What a model promises."""
    return promise(model.layout)


def load_promise(value: bytes) -> Promise:
    """
    What the model of these bytes promises.

    Raises:
        ModelFileError: damaged, not ours, or of another version.
    """
    return promise(load_layout(*unpack(KIND, value)))


def _told(held: Held, change: Callable[[pl.Expr], pl.Expr]) -> Held:
    if held.table is None:
        return held
    keys = [name for name in held.table.columns if name != VALUE]
    table = held.table.with_columns(change(pl.col(pl.String)))
    return replace(held, table=table.unique(subset=keys, keep="first", maintain_order=True) if keys else table)


def _held(layout: Layout, derived: Derived) -> Held:
    """A column that is looked up by the level of another one, as the rule it keeps."""
    determinant, dependent = layout.transforms[derived.determinant], layout.transforms[derived.column]
    keys = determinant.decode_levels(np.arange(determinant.n_levels, dtype=np.int32)).alias("0")
    values = dependent.decode_levels(derived.lookup).alias(VALUE)
    table = pl.DataFrame([keys, values]).unique(subset="0", keep="first", maintain_order=True)
    names = layout.metadata.names
    rule = Fd(type="fd", determinant=(names[derived.determinant],), dependent=names[derived.column])
    return Held(rule, found=True, decimals=None, table=table, nulls=True)
