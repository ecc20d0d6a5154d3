"""From sequences to the plan of what is to be learnt of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.constraints import Rule, Unique
from lookalike.data.metadata import MADE_UP, Column, ColumnType, Metadata, stored_type
from lookalike.data.parameters import TabularParameters, TimeSeriesParameters
from lookalike.data.sequences.arranging import Sequences, arrange
from lookalike.data.sequences.learnt import learnt_rows, note
from lookalike.data.sequences.roles import Roles
from lookalike.data.sequences.wide import melt
from lookalike.engines.tabular import Plan as StartPlan
from lookalike.engines.tabular.rules import Rules
from lookalike.engines.tabular.rules.relating import Related, relate
from lookalike.engines.tabular.rules.telling import about
from lookalike.engines.time_series.beginnings import CLOCK, DAY, YEAR
from lookalike.engines.time_series.declared import refuse_unkept
from lookalike.engines.time_series.encoding import Tracks, encode_rows, make_tracks, meaning
from lookalike.engines.time_series.features import Rows
from lookalike.engines.time_series.layout import END, STEP, Clue, Layout, Lengths, Lookup
from lookalike.engines.time_series.levels import LEVEL, find_levels
from lookalike.engines.time_series.plan import Plan
from lookalike.engines.time_series.seasons import find_periods, find_seasons, find_spans
from lookalike.engines.time_series.settings import dial
from lookalike.engines.time_series.starts import ALONE, ENOUGH, StartColumns, plan_starts, rows_shown, start_table
from lookalike.engines.time_series.values import Levels, Mask, Number, fit_number
from lookalike.errors import InputRefused
from lookalike.transforms import Transform
from lookalike.transforms.categorical import Categorical
from lookalike.transforms.choose import Fitted, fit

ENDINGS = 30  # sequences from whose ends can be learnt when others end
MOVES = 20  # changes all in one direction, which are no chance
CLUES_MAX = 250  # levels of a context column that steps look at
LENGTHS_KEPT = 1_000  # quantiles
VAST = 1e140  # the sum of the squares of so many rows as memory holds stays finite
OWN = (STEP, END, YEAR, DAY, CLOCK, ALONE)  # names of columns that the engine adds

Array = npt.NDArray[Any]


def make_plan(
    table: pl.DataFrame,
    metadata: Metadata,
    parameters: TimeSeriesParameters,
    seed: int,
    conditions: pl.DataFrame | None = None,
) -> Plan:
    """
    The plan of a table's sequences.

    Args:
        conditions: The table of conditions, where the parameters name one.

    Raises:
        InputRefused, InputInvalid: nothing to learn from as sequences; says what is wrong and where.
    """
    given, widening, n_rows = metadata, None, table.height
    _refuse_own(metadata)
    table = learnt_rows(table, parameters, seed)
    told_few = note(n_rows, table.height)
    if parameters.layout == "wide":
        table, metadata, widening = melt(table, metadata, parameters)
        parameters = widening.told(parameters)
    key, index = parameters.sequence_key or (), parameters.sequence_index or None
    told = Roles(key, index, parameters.context_columns or (), ())
    values = tuple(name for name in metadata.names if name not in (*told.key, told.index, *told.context))
    sequences = arrange(table, metadata, replace(told, values=values), parameters)
    sequences = _free_of_keys(replace(sequences, notes=(*told_few, *sequences.notes)), metadata)
    refuse_unkept(parameters.constraints, sequences.roles, key)
    drawn = _drawn(metadata, set(key) - set(sequences.roles.key))
    _refuse_vast(sequences)
    plan = _plan(sequences, drawn, (parameters, conditions), seed)
    return replace(plan, layout=replace(plan.layout, widening=widening, given=given))


def _refuse_own(metadata: Metadata) -> None:
    for number, name in enumerate(metadata.names):
        if name in OWN or name.startswith(LEVEL):
            raise InputRefused(
                f"Column {number + 1} of the table has a name that stands for something else here.",
                hint="Rename it: leave out the NUL byte at the beginning.",
            )


def _refuse_vast(sequences: Sequences) -> None:
    """Numbers whose squares no float holds."""
    for cells in sequences.table.drop(sequences.roles.key).select(pl.selectors.float()):
        finite = cells.filter(cells.is_finite()).abs()
        if (finite > VAST).any():
            raise InputRefused(
                f"Column '{cells.name}' has numbers beyond {VAST:g}, which cannot be counted with.",
                hint="Correct them, give them in a larger unit, or exclude the column.",
            )


def _free_of_keys(sequences: Sequences, metadata: Metadata) -> Sequences:
    """Of several keys only the one that tells most apart is made up; the others are drawn as context."""
    key = sequences.roles.key
    able = [name for name in key if _can_be_new(metadata[name].dtype)]
    if key and not able:
        raise InputRefused(
            f"Column '{key[0]}' of {metadata[key[0]].dtype.__class__.__name__} tells sequences apart, and no new keys"
            " can be made of that dtype.",
            hint="Store it as text or whole numbers, or name another sequence_key.",
        )
    if len(key) < 2:
        return sequences
    own = max(able, key=lambda name: sequences.table[name].n_unique())
    roles = replace(sequences.roles, key=(own,), context=(*(k for k in key if k != own), *sequences.roles.context))
    return replace(sequences, roles=roles)


def _can_be_new(dtype: pl.DataType) -> bool:
    """Whether there are always more cells of that dtype."""
    return not dtype.is_temporal() and dtype != pl.Boolean


def _drawn(metadata: Metadata, names: Collection[str]) -> Metadata:
    """The metadata with some columns meaning what they are stored as: parts of a key that sequences share."""
    columns = (replace(c, type=stored_type(c.dtype)) if c.name in names else c for c in metadata.columns)
    return Metadata(tuple(columns))


@dataclass(frozen=True)
class _Values:
    """What was found of the value columns; `notes` are sentences for the report."""

    columns: Sequence[Column]
    related: Related
    derived: Mapping[str, Lookup]
    tracks: Tracks
    notes: tuple[str, ...]


def _plan(
    sequences: Sequences, metadata: Metadata, asked: tuple[TimeSeriesParameters, pl.DataFrame | None], seed: int
) -> Plan:
    table, lengths, parameters = sequences.table, sequences.lengths, asked[0]
    first = np.zeros(table.height, np.bool_)
    first[np.cumsum(lengths) - lengths] = True
    values = _values(sequences, metadata, parameters, first, seed)
    layout = _layout(sequences, metadata, values, first, seed)
    rows = encode_rows(sequences, table, layout, values.tracks.modes)
    layout = replace(layout, **_calendar(layout, rows, lengths))
    levels = find_levels(layout, rows, lengths)
    layout = replace(layout, clues=(*layout.clues, *_clues(levels, levels.columns)))
    shown = replace(sequences, table=_shown(table, layout, rows))
    starts = _starts(shown, levels, (values.columns, layout), asked, seed)
    context = _context(layout, pl.concat([table.filter(pl.Series(first)), levels], how="horizontal"))
    chosen = dial(parameters.privacy, parameters.quality)
    return Plan(layout, starts, rows, lengths, context, chosen, seed, parameters.asking)


def _values(
    sequences: Sequences, metadata: Metadata, parameters: TimeSeriesParameters, first: Mask, seed: int
) -> _Values:
    table, min_rows = sequences.table, parameters.min_level_rows
    columns = [meaning(metadata[name], table[name], first) for name in sequences.roles.values]
    fitted = {c.name: fit(table[c.name], c, min_level_rows=min_rows, seed=seed) for c in columns}
    related = _relate(table.select(sequences.roles.values), columns, fitted, parameters)
    derived = _lookups(related, columns, fitted)
    stepped = [c for c in columns if c.name not in related.rules.computed and c.name not in derived]
    looked_up = [d for d in related.derived if columns[d.column].name in derived]
    notes = (*(note for f in fitted.values() for note in f.notes), *about(related.rules, looked_up))
    return _Values(columns, related, derived, make_tracks(table, stepped, fitted, first, min_rows), notes)


def _layout(sequences: Sequences, metadata: Metadata, values: _Values, first: Mask, seed: int) -> Layout:
    """The layout, but for what the calendar tells."""
    table, roles, named = sequences.table, sequences.roles, _named(values.tracks, sequences, first)
    return Layout(
        metadata=metadata,
        roles=roles,
        rhythm=sequences.rhythm,
        names=tuple(named),
        tracks=tuple(named.values()),
        still=values.tracks.still,
        keys={name: _key(table[name].filter(pl.Series(first)), metadata[name], seed) for name in roles.key},
        derived=values.derived,
        rules=replace(values.related.rules, metadata=metadata),
        seasons=(),
        spans=(),
        periods=(),
        monotone=_monotone(table, values.tracks, first),
        lengths=_lengths(sequences),
        clues=_clues(table.filter(pl.Series(first)), _seen(metadata, roles, int(first.sum()))),
        notes=(*sequences.notes, *values.notes),
        widening=None,
        given=metadata,
    )


def _relate(
    table: pl.DataFrame, columns: Sequence[Column], fitted: Mapping[str, Fitted], parameters: TimeSeriesParameters
) -> Related:
    """What holds between value columns in every row; rules that name others are the beginnings' to keep."""
    rules = tuple(rule for rule in parameters.constraints if _within(rule, table.columns))
    asked = TabularParameters(constraints=rules, min_level_rows=parameters.min_level_rows)
    if not columns:
        return Related(Rules(Metadata(())), (), (), ())
    return relate(table, Metadata(tuple(columns)), list(fitted.values()), asked)


def _within(rule: Rule, names: Sequence[str]) -> bool:
    return not isinstance(rule, Unique) and set(rule.named) <= set(names)


def _lookups(related: Related, columns: Sequence[Column], fitted: Mapping[str, Fitted]) -> dict[str, Lookup]:
    """Categories that another category determines, which is drawn itself."""
    names = [column.name for column in columns]
    looked_up = {names[d.column] for d in related.derived}
    found = {}
    for derived in related.derived:
        determinant, dependent = names[derived.determinant], names[derived.column]
        kinds = (fitted[determinant].transform, fitted[dependent].transform)
        drawn = determinant not in looked_up and determinant not in related.rules.computed
        if drawn and all(isinstance(kind, Categorical) for kind in kinds):
            found[dependent] = Lookup(determinant, kinds[1], np.ascontiguousarray(derived.lookup, np.int32))
    return found


def _named(tracks: Tracks, sequences: Sequences, first: Mask) -> dict[str, Any]:
    """The columns of a step in the order of drawing."""
    named: dict[str, Any] = {}
    index = sequences.roles.index
    if index is not None and not sequences.rhythm.regular:
        ticks = sequences.rhythm.ticks(sequences.table[index])
        gaps = np.where(first, np.nan, np.diff(ticks, prepend=ticks[:1]))
        named[STEP] = fit_number(pl.Series(gaps, nan_to_null=True), first)
    named |= tracks.moving
    lengths = sequences.lengths
    if len(lengths) >= ENDINGS and len(np.unique(lengths)) > 1:
        named[END] = Levels(Categorical(pl.Series([False, True])))
    return named


def _key(keys: pl.Series, column: Column, seed: int) -> Transform:
    """What makes up keys, each of them once; `keys` repeat where they are a part of one."""
    told = replace(column, type=ColumnType.ID) if column.type not in MADE_UP else column
    return fit(keys.unique(maintain_order=True), told, min_level_rows=1, seed=seed).transform


def _monotone(table: pl.DataFrame, tracks: Tracks, first: Mask) -> dict[str, int]:
    """Numbers that never fall, or never rise, within a sequence, but do move."""
    found = {
        name: _direction(table[name], track, first)
        for name, track in tracks.moving.items()
        if isinstance(track, Number)
    }
    return {name: sign for name, sign in found.items() if sign}


def _direction(cells: pl.Series, track: Number, first: Mask) -> int:
    """1 for a column that only rises, -1 for one that only falls, else 0."""
    values, _ = track.encode(cells, first)
    rows = np.arange(len(values))
    seen = np.maximum.accumulate(np.where(cells.is_not_null().to_numpy(), rows, -1))
    known = seen >= np.maximum.accumulate(np.where(first, rows, 0))  # before its first cell a value is made up
    change = np.diff(values, prepend=values[:1])[~first & known & np.roll(known, 1)]
    if np.count_nonzero(change) < MOVES:
        return 0
    return 1 if (change >= 0).all() else -1 if (change <= 0).all() else 0


def _lengths(sequences: Sequences) -> Lengths:
    lengths = sequences.lengths
    seen = np.sort(lengths).astype(np.int64)
    if len(seen) > LENGTHS_KEPT:
        seen = seen[np.linspace(0, len(seen) - 1, LENGTHS_KEPT).astype(np.int64)]
    index, mean = sequences.roles.index, float(lengths.mean())
    if index is None or not sequences.roles.key:
        return Lengths(seen, mean)
    ticks, ends = sequences.rhythm.ticks(sequences.table[index]), np.cumsum(lengths)
    return Lengths(seen, mean, float((ticks[ends - 1] - ticks[ends - lengths]).max()), float(ticks.max()))


def _seen(metadata: Metadata, roles: Roles, n_sequences: int) -> list[str]:
    """What steps see of the context: all but what is made up, or says who a sequence is; and when it began."""
    names = [name for name in roles.context if metadata[name].type not in MADE_UP]
    return [*names, roles.index] if roles.index is not None and n_sequences >= ENOUGH else names


def _clues(begun: pl.DataFrame, names: Sequence[str]) -> tuple[Clue, ...]:
    """Clues of columns of a row for each sequence, but for those that say nothing."""
    return tuple(clue for name in names if (clue := _clue(name, begun[name])) is not None)


def _clue(name: str, cells: pl.Series) -> Clue | None:
    if cells.n_unique() < 2:
        return None
    if cells.dtype.is_numeric() or cells.dtype.is_temporal():
        middle = cells.to_physical().cast(pl.Float64).median()
        return Clue(name, None, float(middle) if isinstance(middle, float) else 0.0)
    levels = cells.unique(maintain_order=True)
    few = len(levels) <= min(CLUES_MAX, len(cells) // 5)
    return Clue(name, levels, 0.0) if few else None


def _calendar(layout: Layout, rows: Any, lengths: Array) -> dict[str, Any]:
    periods, step = layout.rhythm.periods, float(layout.rhythm.step or 0)
    numeric = np.array([isinstance(t, Number) and n != STEP for n, t in zip(layout.names, layout.tracks, strict=True)])
    seasons = find_seasons(rows, lengths, numeric, periods, step) if layout.rhythm.regular else ()
    every = step if layout.rhythm.regular else 0.0
    return {
        "seasons": seasons,
        "spans": find_spans(lengths, seasons),
        "periods": find_periods(rows.ticks, lengths, periods, every),
    }


def _context(layout: Layout, begun: pl.DataFrame) -> npt.NDArray[np.float64]:
    told = [clue.of(begun[clue.name]) for clue in layout.clues]
    return np.column_stack(told) if told else np.zeros((begun.height, 0))


def _shown(table: pl.DataFrame, layout: Layout, rows: Rows) -> pl.DataFrame:
    """The table without levels that are never shown, for beginnings to be learnt from."""
    told = zip(layout.names, layout.tracks, rows.values.T, rows.modes.T, strict=True)
    levels = [
        track.decode(values, modes).alias(name)
        for name, track, values, modes in told
        if isinstance(track, Levels) and name != END
    ]
    return table.with_columns(levels)


def _starts(
    sequences: Sequences,
    levels: pl.DataFrame,
    told: tuple[Sequence[Column], Layout],
    asked: tuple[TimeSeriesParameters, pl.DataFrame | None],
    seed: int,
) -> StartPlan:
    """The tabular plan of beginnings; `told`: the value columns, and how they are told."""
    (columns, layout), (parameters, conditions) = told, asked
    roles = layout.roles
    drawn = tuple(column.name for column in columns if column.name in layout.names)
    table = start_table(sequences, levels, StartColumns(roles.context, roles.index, drawn), seed)
    once = bool(roles.context) or bool(levels.columns)
    known = {column.name: column for column in columns}
    metadata = Metadata(tuple(known.get(column.name, column) for column in layout.metadata.columns))
    chosen = TabularParameters(
        constraints=tuple(r for r in parameters.constraints if _within(r, table.columns)),
        conditions=parameters.conditions,
        min_level_rows=rows_shown(len(sequences.lengths), parameters.min_level_rows, context=once),
        privacy=parameters.privacy,
    )
    return plan_starts(table, metadata, (chosen, conditions), seed)
