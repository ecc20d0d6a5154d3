"""What rows must obey: the rules declared, then those found in the rows learnt from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from lookalike.data.constraints import Combination, Fd, Less, LessEqual, Rule
from lookalike.data.metadata import ColumnType, Metadata
from lookalike.data.parameters import TabularParameters
from lookalike.engines.tabular.finding.clocks import find_clock_sums
from lookalike.engines.tabular.finding.combinations import Category, find_combinations
from lookalike.engines.tabular.finding.dependencies import Part, find_composites
from lookalike.engines.tabular.finding.equals import find_equals
from lookalike.engines.tabular.finding.orders import find_orders
from lookalike.engines.tabular.finding.sums import find_sums
from lookalike.engines.tabular.relations import Derived, Levels, find_dependencies, is_shadow
from lookalike.engines.tabular.rules.book import Rules
from lookalike.engines.tabular.rules.learning import Computing, Learnt, hold
from lookalike.engines.tabular.rules.telling import about
from lookalike.transforms.choose import Fitted

DISTINCT_SHARE = 3  # rows a level of a determinant must have on average


@dataclass(frozen=True)
class Related:
    """
    What holds between the columns of a table.

    Attributes:
        derived: Columns that are looked up by the level of another one.
        shadows: Those of them that are drawn as well, so that others see them before.
        notes: A sentence for each rule that was found, or for each kind of which many were.
    """

    rules: Rules
    derived: tuple[Derived, ...]
    shadows: tuple[Derived, ...]
    notes: tuple[str, ...]


def relate(
    table: pl.DataFrame,
    metadata: Metadata,
    fitted: Sequence[Fitted],
    parameters: TabularParameters,
    drawn: frozenset[str] = frozenset(),
) -> Related:
    """
    The relations of a table's columns.

    Args:
        fitted: One a column, in the order of the metadata.
        drawn: Columns that are not to be computed from others, as something else is asked of them.

    Raises:
        InputRefused, ConditionsUnreachable: a declared rule that no drawn row could keep.
    """
    learnt = Learnt(table, metadata, fitted, parameters.min_level_rows)
    computing = Computing(learnt, drawn)
    for rule in parameters.constraints:
        if not any(metadata[name].type is ColumnType.EMPTY for name in rule.named):
            computing.add(hold(rule, learnt, found=False))
    _compute_found(computing, learnt, parameters.constraints)
    numbers = frozenset(metadata.names.index(name) for name in drawn)
    levels = _levels(learnt, computing.columns)
    derived, checked = find_dependencies(levels, numbers)
    for determinant, dependent in checked:
        rule = Fd(type="fd", determinant=(metadata.names[determinant],), dependent=metadata.names[dependent])
        computing.add(hold(rule, learnt, found=False))
    _look_up_found(computing, learnt, derived)
    _keep_found(computing, learnt, parameters.constraints, derived)
    rules = Rules(metadata, tuple(computing.held), computing.steps)
    return Related(rules, derived, tuple(_shadows(derived, levels, numbers)), about(rules, derived))


def _shadows(derived: Sequence[Derived], levels: Sequence[Levels | None], drawn: frozenset[int]) -> Iterator[Derived]:
    """Without those whose determinant is asked for, since that is then drawn before all others."""
    for one in derived:
        determinant, dependent = levels[one.determinant], levels[one.column]
        if determinant is None or dependent is None or one.determinant in drawn:
            continue
        if is_shadow(one, determinant, dependent):
            yield one


def _varying(learnt: Learnt, without: Iterable[str]) -> list[str]:
    """Names of the columns that are drawn and not always the same."""
    left_out = frozenset(without)
    names = zip(learnt.metadata.names, learnt.fitted, strict=True)
    return [name for name, f in names if name not in left_out and _varies(f)]


def _varies(fitted: Fitted) -> bool:
    scale = fitted.transform.scale
    return scale.n_codes + len(scale.cell_bins) > 1


def _compute_found(computing: Computing, learnt: Learnt, declared: Sequence[Rule]) -> None:
    """Equal columns, sums and times of the clock."""
    table, metadata = learnt.table, learnt.metadata
    for finder in (find_equals, find_clock_sums, find_sums):
        names = _varying(learnt, computing.columns)
        for rule in finder(table, metadata, names):
            if rule not in declared:
                computing.add(hold(rule, learnt, found=True))


def _levels(learnt: Learnt, computed: frozenset[str]) -> list[Levels | None]:
    names = set(_varying(learnt, computed))
    told = []
    for name, fitted in zip(learnt.metadata.names, learnt.fitted, strict=True):
        transform = fitted.transform
        takes_part = name in names and transform.n_levels > 0
        levels = Levels(fitted.encoded.levels, transform.n_levels, transform.exact, transform.scale.ordered)
        told.append(levels if takes_part else None)
    return told


def _look_up_found(computing: Computing, learnt: Learnt, derived: Sequence[Derived]) -> None:
    """Columns that several others determine together."""
    names = learnt.metadata.names
    fixed = frozenset(names[n] for d in derived for n in (d.column, d.determinant))
    parts = [_part(learnt, name, fixed) for name in _varying(learnt, computing.columns)]
    for rule in find_composites([part for part in parts if part.determines or part.depends]):
        computing.add(hold(rule, learnt, found=True), fixed=fixed)


def _part(learnt: Learnt, name: str, fixed: frozenset[str]) -> Part:
    fitted = learnt.fitted_to(name)
    transform = fitted.transform
    many = transform.n_levels * DISTINCT_SHARE > learnt.table.height
    known = transform.n_levels > 0
    return Part(name, fitted.encoded.levels, known and transform.exact and not many, known and name not in fixed)


def _keep_found(computing: Computing, learnt: Learnt, declared: Sequence[Rule], derived: Sequence[Derived]) -> None:
    """Orders and fixed combinations, by which rows are kept or drawn again."""
    names = learnt.metadata.names
    ordered = {rule.columns for rule in declared if isinstance(rule, Less | LessEqual)}
    together = {frozenset(rule.columns) for rule in declared if isinstance(rule, Combination)}
    copies = {held.rule.named[1] for held in computing.held if held.rule.type == "equal"}
    added = [frozenset(held.rule.named) for held in computing.held if held.rule.type == "sum"]
    for rule in find_orders(learnt.table, learnt.metadata, _varying(learnt, copies)):
        # a term is below its total if the others are above zero, which drawn ones then are too
        if rule.columns not in ordered and not any(terms >= set(rule.columns) for terms in added):
            computing.add(hold(rule, learnt, found=True))
    looked_up = computing.columns | {names[d.column] for d in derived}
    categories = [c for name in _varying(learnt, looked_up) if (c := _category(learnt, name)) is not None]
    for pair in find_combinations(categories, learnt.min_level_rows):
        if frozenset(pair.columns) not in together:
            computing.add(hold(pair, learnt, found=True))


def _category(learnt: Learnt, name: str) -> Category | None:
    fitted = learnt.fitted_to(name)
    transform = fitted.transform
    if transform.scale.ordered or not transform.exact or not transform.n_levels:
        return None
    return Category(name, fitted.encoded.levels, transform.n_levels)
