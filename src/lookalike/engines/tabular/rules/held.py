"""A rule as a table's rows hold it: with what was learnt for it, so that any rows can be checked."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.breaches import breaks, cell, refuse_unfit
from lookalike.data.constraints import Combination, Fd, Rule, Sum, Unique, rule_from_json
from lookalike.data.metadata import Metadata
from lookalike.transforms.levels import levels_from_state, levels_state

Arrays = dict[str, npt.NDArray[Any]]
Mask = npt.NDArray[np.bool_]

VALUE, _KNOWN = "value", "known"


@dataclass(frozen=True)
class Held:
    """
    A rule and what was learnt for it.

    Attributes:
        found: Not declared, but found to hold in every row learnt from.
        decimals: Of a sum's total.
        table: Of a combination: those that may stand, columns ``0, 1 …``. Of an fd: the determinants that are known,
            ``0, 1 …``, and `VALUE`, the dependent.
        nulls: Of an fd: missing cells are cells like others. Else rows with one are exempt.
        loose: Of an fd: rows whose determinant is not in the table have a `VALUE` chosen by a digest of the
            determinant, so that rows that agree on it agree on the dependent. Without it such rows break the rule. If
            the table has no determinants, all rows are such.
    """

    rule: Rule
    found: bool
    decimals: int | None = 0
    table: pl.DataFrame | None = None
    nulls: bool = False
    loose: bool = False

    def broken(self, frame: pl.DataFrame, metadata: Metadata) -> Mask:
        """Which rows break the rule, shape ``(n,)``; none do for `Unique`, which no row breaks alone."""
        rule = self.rule
        if isinstance(rule, Unique) or (isinstance(rule, Fd) and self.table is None):
            return np.zeros(frame.height, bool)
        if isinstance(rule, Fd):
            return self._strays(frame, rule)
        if isinstance(rule, Combination):
            _, known = self._looked_up(frame, rule.columns)
            return np.array((~known & self._present(frame)).to_numpy())
        decimals = {rule.equals: self.decimals} if isinstance(rule, Sum) else {}
        return np.array(frame.select(breaks(rule, metadata, decimals).alias("broken"))["broken"].to_numpy())

    def dependents(self, frame: pl.DataFrame, determinant: tuple[str, ...]) -> tuple[pl.Series, pl.Series]:
        """The dependent of each row, and whether there is one at all; where not, the cell means nothing."""
        looked_up, known = self._looked_up(frame, determinant)
        if not self.loose:
            return looked_up[VALUE], known
        pool = looked_up[VALUE] if self.table is None else self.table[VALUE]
        keys = frame.select(cell(name, frame.schema[name]) for name in determinant).hash_rows(seed=0)
        chosen = pool.gather(keys % max(len(pool), 1))
        return looked_up[VALUE].zip_with(known, chosen), pl.repeat(True, frame.height, eager=True)

    def state(self) -> tuple[dict[str, Any], Arrays]:
        """JSON and arrays from which `load_held` makes the same."""
        arrays: Arrays = {}
        table: dict[str, Any] = {}
        for cells in () if self.table is None else self.table.iter_columns():
            table[cells.name], own = levels_state(cells)
            arrays |= {f"{cells.name}.{key}": array for key, array in own.items()}
        told = {"found": self.found, "decimals": self.decimals, "nulls": self.nulls, "loose": self.loose}
        return {**told, "rule": self.rule.model_dump(mode="json"), "table": table or None}, arrays

    def _strays(self, frame: pl.DataFrame, rule: Fd) -> Mask:
        wanted, known = self.dependents(frame, rule.determinant)
        strays = ~known | wanted.ne_missing(frame[rule.dependent])
        return np.array((strays if self.nulls else strays & self._present(frame)).to_numpy())

    def _present(self, frame: pl.DataFrame) -> pl.Series:
        """Rows without a missing cell among the columns that the rule names."""
        shown = [cell(name, frame.schema[name]).is_not_null() for name in self.rule.named]
        return frame.select(pl.all_horizontal(shown).alias("present"))["present"]

    def _looked_up(self, frame: pl.DataFrame, columns: tuple[str, ...]) -> tuple[pl.DataFrame, pl.Series]:
        """The table's row for each row of the frame, and whether there is one."""
        table = pl.DataFrame() if self.table is None else self.table
        keys = [str(n) for n in range(len(columns))]
        if not set(keys) <= set(table.columns):
            none = pl.repeat(None, frame.height, dtype=table.schema[VALUE], eager=True).alias(VALUE)
            return none.to_frame(), pl.repeat(False, frame.height, eager=True)
        asked = frame.select(pl.col(name).alias(key) for key, name in zip(keys, columns, strict=True))
        marked = table.with_columns(pl.lit(True).alias(_KNOWN))
        joined = asked.join(marked, on=keys, how="left", nulls_equal=True, maintain_order="left")
        return joined, joined[_KNOWN].fill_null(False)


def load_held(told: dict[str, Any], arrays: Arrays, metadata: Metadata) -> Held:
    """
    What `Held.state` told.

    Raises:
        ValueError, KeyError, TypeError, InputInvalid: it told something else.
    """
    rule = rule_from_json(told["rule"])
    refuse_unfit(rule, metadata)
    columns = [metadata[name] for name in rule.named]
    decimals = told["decimals"]
    if decimals is not None and not (isinstance(decimals, int) and 0 <= decimals <= 76):
        raise ValueError("decimals")
    held = Held(rule, bool(told["found"]), decimals, None, bool(told["nulls"]), bool(told["loose"]))
    if told["table"] is None:
        return held
    table = pl.DataFrame([_loaded(name, spec, arrays) for name, spec in told["table"].items()])
    keys = [name for name in table.columns if name != VALUE]
    dtypes = {str(n): column.dtype for n, column in enumerate(columns)}
    dtypes |= {VALUE: columns[-1].dtype}
    if any(dtypes[name] != dtype for name, dtype in table.schema.items()):
        raise ValueError("dtypes")
    if (keys and table.select(keys).is_duplicated().any()) or (isinstance(rule, Fd) and VALUE not in table.columns):
        raise ValueError("table")
    return replace(held, table=table)


def _loaded(name: str, spec: dict[str, Any], arrays: Arrays) -> pl.Series:
    own = {key.partition(".")[2]: array for key, array in arrays.items() if key.partition(".")[0] == name}
    return levels_from_state(spec, own).alias(name)
