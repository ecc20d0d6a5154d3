"""From the rules declared and the rows learnt from to what rows must obey and what is computed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from lookalike.data.constraints import ClockSum, Combination, Equal, Fd, Rule, Sum
from lookalike.data.metadata import Metadata
from lookalike.data.sums import decimals_of
from lookalike.engines.tabular.rules.held import VALUE, Held
from lookalike.engines.tabular.rules.steps import Step, make_step, ordered
from lookalike.errors import ConditionsUnreachable, InputRefused
from lookalike.transforms.choose import Fitted

UNKNOWN_MAX = 0.5  # share of independent draws whose determinant is not known, beyond which dependents are chosen
STRIDE = 1_009  # rows apart, so that neighbours that belong together are not taken for independent ones
REPEATED = 4  # rows in which a number must stand to come back as it is, where numbers do not repeat


@dataclass(frozen=True)
class Learnt:
    """
    The rows learnt from.

    Attributes:
        fitted: One a column, in the order of the metadata.
    """

    table: pl.DataFrame
    metadata: Metadata
    fitted: Sequence[Fitted]
    min_level_rows: int

    @cached_property
    def _fitted_to(self) -> dict[str, Fitted]:
        return dict(zip(self.metadata.names, self.fitted, strict=True))

    def fitted_to(self, name: str) -> Fitted:
        return self._fitted_to[name]

    def n_distinct(self, name: str) -> int:
        return self.table[name].n_unique()


def hold(rule: Rule, learnt: Learnt, *, found: bool) -> Held:
    """
    The rule with what the rows tell of it.

    Raises:
        ConditionsUnreachable: a combination of which none stands in enough rows.
        InputRefused: an fd whose dependent cannot be told.
    """
    match rule:
        case Sum():
            return Held(rule, found, decimals_of(learnt.table[rule.equals]))
        case Combination():
            return replace(Held(rule, found), table=_combinations(rule, learnt))
        case Fd():
            return _dependency(rule, learnt, found=found)
    return Held(rule, found)


class Computing:
    """Chooses what is computed, rule after rule; no column twice, and none from itself."""

    def __init__(self, learnt: Learnt, drawn: frozenset[str] = frozenset()) -> None:
        self._learnt = learnt
        self._drawn = drawn
        self.held: list[Held] = []
        self._steps: dict[str, Step] = {}

    @property
    def steps(self) -> tuple[Step, ...]:
        """In the order of computing."""
        return ordered(list(self._steps.values()), self.held)

    @property
    def columns(self) -> frozenset[str]:
        """Names of the columns that are computed, in whole or over what is drawn."""
        return frozenset(self._steps)

    def add(self, held: Held, *, fixed: frozenset[str] = frozenset()) -> bool:
        """
        Hold a rule, and compute what it tells if it can; whether a column is computed by it.

        A rule that was found and tells of a column that cannot be computed is not held: drawn rows would not keep it.

        Args:
            fixed: Columns that must not be computed.
        """
        for name in self._choices(held):
            if (
                name not in fixed
                and name not in self._drawn
                and name not in self._steps
                and not self._circles(name, held)
            ):
                step = make_step(
                    len(self.held), held, self._learnt.metadata[name], self._learnt.table, self._learnt.metadata
                )
                self._steps[name] = step
                self.held.append(held)
                return True
        if not (held.found and self._choices(held)):
            self.held.append(held)
        return False

    def _choices(self, held: Held) -> list[str]:
        """Columns that the rule could compute, best first: the one of most values, since it tells least to others."""
        rule = held.rule
        if isinstance(rule, Fd):
            return [] if held.table is None else [rule.dependent]
        if isinstance(rule, Equal):
            return [rule.columns[1], rule.columns[0]]
        if isinstance(rule, Sum | ClockSum):
            names = rule.named if isinstance(rule, Sum) else (rule.equals, rule.clock)
            return sorted(names, key=lambda name: (-self._learnt.n_distinct(name), name != rule.equals))
        return []

    def _circles(self, column: str, held: Held) -> bool:
        """Whether what the column would be computed from is computed from it."""
        open_, seen = [name for name in held.rule.named if name != column], set[str]()
        while open_:
            name = open_.pop()
            if name == column:
                return True
            if name in self._steps and name not in seen:
                open_ += self._steps[name].needs(self.held[self._steps[name].held])
            seen.add(name)
        return False


def _combinations(rule: Combination, learnt: Learnt) -> pl.DataFrame:
    """Those that stand in enough rows, without missing cells, sorted by their first row."""
    if any(learnt.fitted_to(name).transform.n_levels == 0 for name in rule.columns):
        raise InputRefused(f"The rule {rule.title} cannot be kept: cells of one of its columns are made up.")
    cells = [_present(learnt.table, name).alias(str(n)) for n, name in enumerate(rule.columns)]
    rows = learnt.table.select(cells).drop_nulls()
    counted = rows.group_by(rows.columns, maintain_order=True).len("rows")
    table = counted.filter(pl.col("rows") >= learnt.min_level_rows).drop("rows")
    if table.is_empty():
        raise ConditionsUnreachable(
            f"No combination stands in {learnt.min_level_rows} rows, so the rule {rule.title} lets none be drawn.",
            hint="Drop the rule, or name fewer columns.",
        )
    return table


def _dependency(rule: Fd, learnt: Learnt, *, found: bool) -> Held:
    rows = learnt.table.select(rule.named)
    keys, names = list(rule.determinant), {name: str(n) for n, name in enumerate(rule.determinant)}
    nulls = rows.n_unique() == rows.n_unique(subset=keys)
    entries = rows.filter(_shown(rule.dependent, learnt))
    if not nulls:
        entries = entries.select(_present(entries, name) for name in entries.columns).drop_nulls()
    table = entries.unique(subset=keys, keep="first", maintain_order=True).rename(names | {rule.dependent: VALUE})
    held = Held(rule, found, None, table, nulls)
    if any(learnt.fitted_to(name).transform.n_levels == 0 for name in rule.determinant):
        return _of_made_up(held, rows.n_unique(subset=keys) == rows.height)
    if table.is_empty():
        raise _untold(rule)
    exact = all(learnt.fitted_to(name).transform.exact for name in rule.determinant)
    return replace(held, loose=not exact or unknown_share(rows.select(keys)) > UNKNOWN_MAX)


def _of_made_up(held: Held, every_row_its_own: bool) -> Held:
    """Cells that are made up are in no table, nor may the table hold what they stand for."""
    if every_row_its_own:
        return replace(held, table=None)  # and so it is in the output: nothing can break the rule
    table = pl.DataFrame() if held.table is None else held.table.select(VALUE)
    if table.is_empty():
        raise _untold(held.rule)
    return replace(held, table=table, nulls=False, loose=True)


def _untold(rule: Rule) -> InputRefused:
    return InputRefused(
        f"The rule {rule.title} cannot be kept: no cell of its dependent may be shown.",
        hint="Drop the rule, or exclude the dependent.",
    )


def unknown_share(rows: pl.DataFrame) -> float:
    """Share of combinations of independent cells of the columns that none of the rows has."""
    rolled = [
        rows[name].gather((np.arange(rows.height) + n * STRIDE) % rows.height) for n, name in enumerate(rows.columns)
    ]
    independent = pl.DataFrame(rolled)
    known = independent.join(rows.unique(), on=rows.columns, how="semi", nulls_equal=True)
    return 1.0 - known.height / max(rows.height, 1)


def _present(frame: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name).fill_nan(None) if frame.schema[name].is_float() else pl.col(name)


def _shown(name: str, learnt: Learnt) -> pl.Series:
    """Which rows have a cell that may come back as it is."""
    fitted = learnt.fitted_to(name)
    shown = pl.Series(fitted.encoded.levels < fitted.transform.n_levels)
    if fitted.transform.exact:
        return shown
    counts = learnt.table.select(pl.len().over(name).alias("rows"))["rows"]
    return shown & (counts >= REPEATED)
