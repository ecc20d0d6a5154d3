"""What a caller asks of the output, as layers of entries that share out its rows."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.asking import Asking, Fairness
from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.engines.tabular.layout import Layout
from lookalike.engines.tabular.wishes.cells import (
    UNKNOWN,
    coded,
    of_column,
    refuse_made_up,
    table_cells,
    told_cells,
)
from lookalike.engines.tabular.wishes.layers import Layer
from lookalike.engines.tabular.wishes.quotas import (
    evened_out,
    fit_shares,
    largest_remainders,
    share_out_fairly,
    wished_margin,
)
from lookalike.errors import ConditionsUnreachable, InputInvalid

LEVELS_MAX = 1_000  # of a column whose shares or parity are asked for
COMBINATIONS_MAX = 100_000

Natural = Callable[[Sequence[str]], pl.DataFrame]
Levels = npt.NDArray[np.int64]


def named(asking: Asking, table: pl.DataFrame | None) -> dict[str, tuple[str, ...]]:
    """The columns that each wish names, by the wish's parameter."""
    fair = asking.fairness
    conditions: tuple[str, ...] = ()
    if table is not None:
        conditions = tuple(table.columns)
    elif isinstance(asking.conditions, tuple):
        conditions = tuple(dict.fromkeys(name for condition in asking.conditions for name in condition))
    return {
        "conditions": conditions,
        "rebalance": tuple(asking.rebalance),
        "fairness": (fair.target, *fair.protected) if fair else (),
        "impute": asking.impute,
    }


def refuse_unfit(asking: Asking, metadata: Metadata, table: pl.DataFrame | None = None) -> None:
    """
    Nothing, if what is asked for fits the columns.

    Raises:
        InputInvalid: a column that is not there, is asked for twice, whose cells are made up, or has no values.
    """
    columns = {column.name: column for column in metadata.columns}
    asked = named(asking, table)
    for what, names in asked.items():
        for name in names:
            column = of_column(columns, name, what)
            if what != "impute":
                refuse_made_up(column, what)
            elif column.type is ColumnType.EMPTY:
                raise InputInvalid(f"Column '{name}' has no values to impute from.", hint="Leave it out of impute.")
    shared = {*asked["rebalance"], *asked["fairness"]}
    if twice := sorted(set(asked["conditions"]) & shared):
        raise InputInvalid(
            f"Column '{twice[0]}' is asked for by conditions and by shares.", hint="Ask for one of them."
        )
    if len(set(asked["fairness"])) != len(asked["fairness"]):
        raise InputInvalid("fairness names a column twice.", hint="Name target and protected columns once.")


def make_layers(
    asking: Asking, table: pl.DataFrame | None, layout: Layout, total: int, natural: Natural
) -> tuple[Layer, ...]:
    """
    The layers of all wishes.

    Args:
        table: Of conditions, instead of those of `asking`.
        total: Rows of the whole output.
        natural: Draws rows of the named columns as they come without wishes.

    Raises:
        InputInvalid: values that a column's type cannot mean; more conditions than rows.
        ConditionsUnreachable: what cannot be had; says how many rows were asked for.
    """
    columns = {column.name: column for column in layout.metadata.columns}
    layers = []
    if table is not None or asking.conditions is not None:
        layer = _of_table(table, columns) if table is not None else _of_conditions(asking, columns)
        if layer.values.height > total:
            raise InputInvalid(f"There are {layer.values.height:,} conditions for {total:,} rows.")
        layers.append(layer)
    if asking.rebalance or asking.fairness:
        layers.append(_of_shares(asking, columns, total, natural))
    for layer in layers:
        _refuse_unknown(layer, layout, total)
    return tuple(layers)


def _of_conditions(asking: Asking, columns: Mapping[str, Column]) -> Layer:
    conditions = asking.conditions if isinstance(asking.conditions, tuple) else ()
    names = named(asking, None)["conditions"]
    values = pl.DataFrame(
        [told_cells([c.get(n) for c in conditions], columns[n], "conditions").alias(n) for n in names]
    )
    return Layer(values, np.array([[name in c for name in names] for c in conditions], bool))


def _of_table(table: pl.DataFrame, columns: Mapping[str, Column]) -> Layer:
    """Empty cells are free."""
    if not table.height or not table.width:
        raise InputInvalid("The table of conditions has no rows or no columns.")
    values = pl.DataFrame([table_cells(c, columns[c.name], "conditions").alias(c.name) for c in table.iter_columns()])
    return Layer(values, np.stack([c.is_not_null().to_numpy() for c in values.iter_columns()], axis=1))


def _of_shares(asking: Asking, columns: Mapping[str, Column], total: int, natural: Natural) -> Layer:
    names = tuple(dict.fromkeys([*asking.rebalance, *named(asking, None)["fairness"]]))
    rows = natural(names).drop_nulls([name for name in names if name in asking.impute])
    combos = rows.group_by(names, maintain_order=True).len("rows").sort("rows", descending=True, maintain_order=True)
    if asking.fairness:
        combos = _completed(combos, asking.fairness)
    if combos.height > COMBINATIONS_MAX:
        raise InputInvalid("rebalance and fairness name columns of too many combinations.", hint="Name fewer columns.")
    levels = {name: _levels(combos[name]) for name in names}
    margins = [
        (levels[name][0], _margin(name, wished, columns[name], levels[name], combos["rows"]))
        for name, wished in asking.rebalance.items()
    ]
    weights, places = combos["rows"].to_numpy().astype(np.float64), [levels[name][0] for name in names]
    parity = None
    if fair := asking.fairness:
        parity = _groups([levels[name][0] for name in fair.protected]), levels[fair.target][0]
    shares = fit_shares(weights, margins, parity)
    counts = share_out_fairly(shares, *parity, total) if parity else largest_remainders(shares, total)
    free = [n for n, name in enumerate(names) if name not in named(asking, None)["fairness"]]
    counts = evened_out(counts, shares, places, free)
    return Layer(combos.select(names), np.ones((combos.height, len(names)), bool), counts)


def _completed(combos: pl.DataFrame, fair: Fairness) -> pl.DataFrame:
    """The combinations, and for each group those of target levels that it has no row of: half a row each."""
    keys = [*fair.protected, fair.target]
    groups = combos.unique(subset=fair.protected, keep="first", maintain_order=True).drop(fair.target, "rows")
    targets = combos.select(fair.target).unique(maintain_order=True)
    if groups.height * targets.height > COMBINATIONS_MAX:
        raise InputInvalid("fairness names columns of too many combinations.", hint="Name fewer columns.")
    every = groups.join(targets, how="cross", maintain_order="left_right")
    lacking = every.join(combos, on=keys, how="anti", nulls_equal=True, maintain_order="left")
    rows = [combos.with_columns(pl.col("rows").cast(pl.Float64)), lacking.with_columns(rows=pl.lit(0.5))]
    return pl.concat([part.select(combos.columns) for part in rows])


def _levels(cells: pl.Series) -> tuple[Levels, pl.Series]:
    """The level of each cell by number, and the levels."""
    distinct = cells.unique(maintain_order=True)
    if len(distinct) > LEVELS_MAX:
        raise InputInvalid(
            f"Column '{cells.name}' has more than {LEVELS_MAX:,} values, too many to share rows out among them.",
            hint="Name a column of fewer values.",
        )
    keys = pl.DataFrame({"cell": distinct, "number": np.arange(len(distinct))})
    found = pl.DataFrame({"cell": cells}).join(keys, on="cell", how="left", nulls_equal=True, maintain_order="left")
    return found["number"].to_numpy().astype(np.int64), distinct


def _margin(
    name: str, wished: Mapping[str, float], column: Column, levels: tuple[Levels, pl.Series], rows: pl.Series
) -> npt.NDArray[np.float64]:
    numbers, distinct = levels
    natural = np.bincount(numbers, rows.to_numpy()) / max(int(rows.sum()), 1)
    told = told_cells(list(wished), column, "rebalance")
    keys = pl.DataFrame({"cell": distinct, "number": np.arange(len(distinct))})
    found = pl.DataFrame({"cell": told}).join(keys, on="cell", how="left", nulls_equal=True, maintain_order="left")
    if n_unknown := found["number"].null_count():
        raise ConditionsUnreachable(
            f"{n_unknown} of the {len(wished)} levels that rebalance names for column '{name}' cannot be drawn: "
            "they are not in the input, or in too few rows."
        )
    return wished_margin(natural, dict(zip(found["number"].to_list(), wished.values(), strict=True)))


def _groups(columns: Sequence[Levels]) -> Levels:
    """One number for each combination of levels."""
    return np.unique(np.stack(columns), axis=1, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _refuse_unknown(layer: Layer, layout: Layout, total: int) -> None:
    names = layout.metadata.names
    for name in layer.values.columns:
        number = names.index(name)
        if name in layout.rules.computed:
            continue  # what is computed of other cells is known when it is
        codes = coded(layer.values[name], layout.transforms[number]).codes
        unknown = layer.mask(name) & (codes == UNKNOWN)
        if layer.counts is not None:
            unknown &= layer.counts > 0
        if unknown.any():
            n_rows = int(layer.sizes(total)[unknown].sum())
            raise ConditionsUnreachable(
                f"Of {n_rows:,} rows asked for with a cell of column '{name}' that it cannot have, 0 can be found: the "
                "value is not in the input, in too few rows of it, or out of its range."
            )
