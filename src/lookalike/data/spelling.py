"""
How typed columns are spelled in text: `recognise` reads a column of text, `spell` writes it again, `unspell` reads
another column that is meant alike.

The rule of reading: a column has a type only if that type writes its cells as they were (numbers of mixed length keep
the number, not the trailing zeros). So `007`, `+5` and ` 5` are text and stay as they are.
"""

from dataclasses import dataclass, replace

import polars as pl

from lookalike.data import dates
from lookalike.data.metadata import Column, ColumnType, Metadata, TextForm, stored_type
from lookalike.errors import MetadataError

_INTEGER = r"^(?:0|-?[1-9][0-9]{0,19})$"  # \d would take the digits of all scripts
_SIGNIFICANT = 17  # digits a 64-bit float can tell apart; a longer one is a name, not a measurement
_DECIMAL = r"^-?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]+)?|[0-9]\.[0-9]+[eE][+-]?[0-9]+|[0-9][eE][+-][0-9]+|inf)$"
_BOOLEANS = (("true", "false"), ("True", "False"), ("TRUE", "FALSE"))
MISSING_TOKENS = (
    "", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NAN", "null", "NULL", "Null", "None", "none", "-", "?", ".",
)  # fmt: skip
_NEARLY = 0.95  # from this share on a column is meant to be what most cells are, and the others are mistakes
_NEARLY_DISTINCT = 20  # fewer different values may be labels, some of which happen to be numbers
_LABELS = 100  # at most so many different spellings may be labels such as version numbers (1.1 and 1.10)
_DURATION = (
    r"^(?<sign>-?)P(?:(?<d>[0-9]+)D)?"
    r"(?:T(?:(?<h>[0-9]+)H)?(?:(?<m>[0-9]+)M)?(?:(?<s>[0-9]+)(?:\.(?<n>[0-9]{1,9}))?S)?)?$"
)
_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_SECONDS_MAX = 9_223_372_036.0  # in 64 bits of nanoseconds
_SAMPLE = 256  # cells that decide whether to look at all
WHOLE = "g"  # `TextForm.pattern` of decimals whose whole numbers have no point: 1, 2.5


@dataclass(frozen=True)
class Reading:
    """A column of text, understood."""

    type: ColumnType
    values: pl.Series
    text: TextForm


@dataclass(frozen=True)
class Misfit:
    """A column nearly all of whose cells are of one type: `row` (from 0) is the first that is not; counts of cells."""

    type: ColumnType
    row: int
    n_fitting: int
    n_cells: int


def recognise(cells: pl.Series) -> Reading | Misfit | None:
    """
    What a column of text holds; None if it is just text, or has no cell.

    A missing cell may also be spelled by a token (`NA`, `null`, ``-`` …) if all other cells are then numbers, dates or
    times; any other single token counts too if it stands at least twice, no cell is empty, and 95 % of the cells fit.
    """
    if not _worth(cells):
        return None
    distinct, n = _counted(cells)
    if reading := _booleans(cells, distinct):
        return reading
    found = [r for look in (_as_dates, _as_durations, _as_numbers) if (r := look(cells, distinct, n))]
    return next((r for r in found if isinstance(r, Reading)), found[0] if found else None)


def recognise_moments(cells: pl.Series) -> Reading | None:
    """What a column of text holds, if every cell that is not missing is a date, datetime or time of one pattern."""
    if not _worth(cells):
        return None
    distinct, n = _counted(cells)
    for found in (_as_dates(cells, distinct, n), _as_durations(cells, distinct, n)):
        if isinstance(found, Reading) and found.values.null_count() == cells.null_count():
            return found
    return None


def as_stored(frame: pl.DataFrame, metadata: Metadata) -> pl.DataFrame:
    """The frame with the columns that their table held as text spelled so; missing cells by their token, if any."""
    texts = [column for column in metadata.columns if column.as_text]
    cells = [(spell(column).alias(column.name), column.text.null) for column in texts]
    return frame.with_columns(cell.fill_null(null) if null else cell for cell, null in cells) if texts else frame


def spell(column: Column) -> pl.Expr:
    """An expression for the text of a column's cells by its `TextForm`; missing cells stay null."""
    cell, form = pl.col(column.name), column.text
    match column.dtype:
        case pl.Boolean():
            return pl.when(cell).then(pl.lit(form.true)).when(~cell).then(pl.lit(form.false))
        case pl.Date() | pl.Datetime() | pl.Time():
            return cell.dt.strftime(_pattern(column))
        case pl.Duration():
            return cell.dt.to_string("iso")
        case pl.Float32() | pl.Float64():
            return _spell_float(cell, form)
    return cell.cast(pl.String)


def unspell(cells: pl.Series, column: Column) -> pl.Series:
    """
    A column of text as the column that `spell` would write so.

    Missing cells may be spelled by the column's own token or any other known one, moments also by another single
    pattern that leaves no choice between day and month.

    Returns:
        Of `column.dtype`; of Float64 where an INTEGER column has decimals here. Text, and columns without values, stay
        as they are.

    Raises:
        MetadataError: cells of another type; names the column, the row of the first (from 1), and how many.
    """
    if column.is_text or column.type is ColumnType.EMPTY:
        return cells
    column = replace(column, type=stored_type(column.dtype))
    blank = cells.set(cells.is_in([*MISSING_TOKENS, column.text.null]), None)
    values = _read(blank, column)
    wrong = values.is_null() & blank.is_not_null()
    if wrong.any():
        raise MetadataError(
            f"Column '{column.name}' has {int(wrong.sum()):,} cells that are no {column.type.value}, "
            f"the first in row {int(wrong.arg_max() or 0) + 1}.",
            hint="Compare tables whose columns hold the same.",
        )
    return values


def fits(cells: pl.Series, column: Column) -> pl.Series:
    """
    Which cells of text are spelled as those of a column that `recognise` read; missing ones are, also by its token.

    Returns:
        Booleans, shape ``(n,)``; all True where the column is text.
    """
    if column.is_text and column.type is not ColumnType.EMPTY:
        return pl.repeat(True, len(cells), eager=True)
    missing = cells.is_null() | (cells == column.text.null).fill_null(False)
    return missing | _spelled(cells, column).fill_null(False)


def _spelled(cells: pl.Series, column: Column) -> pl.Series:
    match column.dtype:
        case pl.Boolean():
            return cells.is_in([column.text.true, column.text.false])
        case pl.Float64() | pl.Float32():
            return cells.str.contains(_INTEGER) | cells.str.contains(_DECIMAL)
        case dtype if dtype.is_integer():
            return cells.str.contains(_INTEGER) & cells.cast(dtype, strict=False).is_not_null()
        case pl.Duration():
            return read_duration(cells).is_not_null()
        case pl.Date() | pl.Time() | pl.Datetime():
            pattern = _pattern(column)
            kind = stored_type(column.dtype)
            return dates.parse(cells, kind, pattern, None if "%:z" in pattern else _zone(column)).is_not_null()
    return pl.repeat(False, len(cells), eager=True)  # without values


def stored_form(cells: pl.Series, null: str | None) -> TextForm:
    """How a typed column is to be spelled if it is ever written as text: fractions of seconds only if there are any."""
    form = TextForm(null=null or "")
    match cells.dtype:
        case pl.Decimal():
            return replace(form, decimals=cells.dtype.scale)
        case pl.Date():
            return replace(form, pattern="%Y-%m-%d")
        case pl.Datetime():
            offset = "" if cells.dtype.time_zone is None else "%:z"
            return replace(form, pattern=f"%Y-%m-%dT%H:%M:%S{_fraction(cells)}{offset}")
        case pl.Time():
            return replace(form, pattern=f"%H:%M:%S{_fraction(cells)}")
    return form


def _read(cells: pl.Series, column: Column) -> pl.Series:
    """The cells as the column's type; null where they are not."""
    match column.type:
        case ColumnType.BOOLEAN:
            pairs = (*_BOOLEANS, (column.text.true, column.text.false))
            words = {word: word == true for true, false in pairs for word in (true, false)}
            return cells.replace_strict(words, default=None, return_dtype=pl.Boolean)
        case ColumnType.INTEGER:
            whole = cells.cast(column.dtype, strict=False)
            return whole if whole.null_count() == cells.null_count() else cells.cast(pl.Float64, strict=False)
        case ColumnType.DECIMAL:
            return cells.cast(column.dtype, strict=False)
        case ColumnType.DURATION:
            return read_duration(cells).cast(column.dtype)
    return _read_moments(cells, column)


def _read_moments(cells: pl.Series, column: Column) -> pl.Series:
    zone, pattern = _zone(column), _pattern(column)
    values = dates.parse(cells, column.type, pattern, None if "%:z" in pattern else zone)
    if values.null_count() > cells.null_count():
        found = dates.find(cells.drop_nulls().unique(maintain_order=True), 1.0)
        if found is None or (found.type is ColumnType.TIME) != (column.type is ColumnType.TIME):
            return values
        values = found.read(cells)
    if isinstance(values.dtype, pl.Datetime) and zone != values.dtype.time_zone:
        values = values.dt.replace_time_zone(values.dtype.time_zone or "UTC").dt.convert_time_zone(zone or "UTC")
        values = values if zone else values.dt.replace_time_zone(None)
    return values.cast(column.dtype)


def read_duration(cells: pl.Series) -> pl.Series:
    """
    ISO durations to the nanosecond, null where a cell is none, or of more than 292 years, for which there is no room;
    polars writes them but does not read them.
    """
    parts = cells.str.extract_groups(_DURATION).struct.unnest()
    size = parts.select(pl.col(unit).cast(pl.Float64).fill_null(0) * n for unit, n in _SECONDS.items()).sum_horizontal()
    parts = parts.with_columns(pl.when(pl.Series(size < _SECONDS_MAX)).then(pl.col("d", "h", "m", "s", "sign")))
    whole = parts.select(pl.col("d", "h", "m", "s").cast(pl.Int64, strict=False).fill_null(0))
    seconds = ((whole["d"] * 24 + whole["h"]) * 60 + whole["m"]) * 60 + whole["s"]
    fraction = parts["n"].fill_null("").str.pad_end(9, "0").cast(pl.Int64)
    sign = parts["sign"].replace_strict({"": 1, "-": -1}, default=None, return_dtype=pl.Int64)
    return ((seconds * 1_000_000_000 + fraction) * sign).cast(pl.Duration("ns"))


def _pattern(column: Column) -> str:
    """The strftime pattern of a column of dates, datetimes or times."""
    if column.text.pattern:
        return column.text.pattern
    match column.dtype:
        case pl.Date():
            return "%Y-%m-%d"
        case pl.Time():
            return "%H:%M:%S%.f"
    return "%Y-%m-%dT%H:%M:%S%.f" + ("" if _zone(column) is None else "%:z")


def _zone(column: Column) -> str | None:
    return column.dtype.time_zone if isinstance(column.dtype, pl.Datetime) else None


def _spell_float(cell: pl.Expr, form: TextForm) -> pl.Expr:
    shortest = cell.cast(pl.String)
    if form.pattern == WHOLE:
        return shortest.str.strip_suffix(".0")
    if form.decimals is None:
        return shortest
    fixed = cell.cast(pl.Decimal(38, form.decimals), strict=False).cast(pl.String)
    signed = pl.when(shortest == "-0.0").then("-" + fixed).otherwise(fixed)  # Decimal has no negative zero
    return pl.coalesce(signed, shortest)  # not finite, or too large for 38 digits


def _counted(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The different cells in the order in which they come, and how many there are of each."""
    counts = cells.drop_nulls().alias("cell").to_frame().group_by("cell", maintain_order=True).len("n")
    return counts["cell"], counts["n"]


def _worth(cells: pl.Series) -> bool:
    """Whether a sample leaves it open that the column is more than text."""
    some = cells.drop_nulls()
    sample = some.gather_every(max(1, len(some) // _SAMPLE))
    words = sample.filter(~sample.is_in(MISSING_TOKENS))
    if words.is_empty():
        return len(some) > 0
    number = words.str.contains(_DECIMAL) | words.is_in([w for pair in _BOOLEANS for w in pair])
    plain = number | words.str.contains(_DURATION)
    fits = sum(p or dates.likely(w) for p, w in zip(plain.to_list(), words.to_list(), strict=True))
    return bool(fits >= len(words) / 2)


def _booleans(cells: pl.Series, distinct: pl.Series) -> Reading | None:
    words = set(distinct.to_list()) if len(distinct) <= 3 else set()
    for true, false in _BOOLEANS:
        if words - {""} and words <= {true, false, ""}:
            values = cells.replace_strict({true: True, false: False, "": None}, return_dtype=pl.Boolean)
            return Reading(ColumnType.BOOLEAN, values, TextForm(true=true, false=false))
    return None


def _as_dates(cells: pl.Series, distinct: pl.Series, n: pl.Series) -> Reading | Misfit | None:
    candidates = ~distinct.is_in(MISSING_TOKENS)
    found = dates.find(distinct.filter(candidates), 0.5)
    if found is None:
        return None
    fits = candidates.scatter(candidates.arg_true(), found.fits)
    token = _token(cells, distinct, n, fits)
    if token is None:
        return _misfit(cells, found.type, distinct, n, fits)
    return Reading(found.type, found.read(_blank(cells, distinct, fits)), TextForm(token, pattern=found.pattern))


def _as_durations(cells: pl.Series, distinct: pl.Series, n: pl.Series) -> Reading | None:
    """No misfits: what is nearly always an ISO duration may well be a code."""
    if not distinct.str.contains(_DURATION).any():
        return None
    spans = _durations(distinct)
    fits = (spans.dt.to_string("iso") == distinct).fill_null(False)
    token = _token(cells, distinct, n, fits) if fits.any() else None
    if token is None:
        return None
    return Reading(ColumnType.DURATION, _durations(_blank(cells, distinct, fits)), TextForm(token))


def _durations(cells: pl.Series) -> pl.Series:
    """In microseconds if all are whole ones."""
    spans = read_duration(cells)
    return spans if (spans.dt.total_nanoseconds() % 1_000 != 0).any() else spans.cast(pl.Duration("us"))


def _as_numbers(cells: pl.Series, distinct: pl.Series, n: pl.Series) -> Reading | Misfit | None:
    whole = distinct.str.contains(_INTEGER)
    fits = whole | distinct.str.contains(_DECIMAL)
    if not fits.any():
        return None
    token = _token(cells, distinct, n, fits)
    if token is None:
        return _misfit(cells, ColumnType.DECIMAL, distinct, n, fits)
    numbers = distinct.filter(fits)
    if whole.filter(fits).all():
        return _integers(_blank(cells, distinct, fits), token)
    return _decimals(_blank(cells, distinct, fits), numbers, token)


def _integers(cells: pl.Series, token: str) -> Reading | None:
    for dtype in (pl.Int64, pl.UInt64):
        values = cells.cast(dtype, strict=False)
        if values.null_count() == cells.null_count():
            return Reading(ColumnType.INTEGER, values, TextForm(token))
    return None


def _decimals(cells: pl.Series, numbers: pl.Series, token: str) -> Reading | None:
    digits = numbers.str.replace(r"[eE].*$", "").str.replace_all(r"[-.]", "").str.strip_chars_start("0")
    if (digits.str.len_bytes() > _SIGNIFICANT).any():
        return None
    distinct_values = numbers.cast(pl.Float64).n_unique()
    form = decimal_form(numbers, token)
    if form.decimals is None and distinct_values < len(numbers) <= _LABELS:
        return None
    return Reading(ColumnType.DECIMAL, cells.cast(pl.Float64), form)


def decimal_form(numbers: pl.Series, token: str) -> TextForm:
    """How decimals are spelled, from their distinct spellings."""
    finite = numbers.filter(~numbers.str.ends_with("inf"))
    lengths = finite.str.extract(r"\.([0-9]+)$").str.len_bytes()
    if finite.str.contains("[eE]").any() is False and lengths.null_count() == 0 and lengths.n_unique() == 1:
        return TextForm(token, decimals=int(lengths[0]))
    plain = finite.str.contains(r"^-?[0-9]+$").any() and not finite.str.ends_with(".0").any()
    return TextForm(token, pattern=WHOLE if plain else None)


def _blank(cells: pl.Series, distinct: pl.Series, fits: pl.Series) -> pl.Series:
    """The cells with null where the distinct ones do not fit."""
    tokens = distinct.filter(~fits)
    return cells if tokens.is_empty() else cells.set(cells.is_in(tokens.implode()), None)


def _token(cells: pl.Series, distinct: pl.Series, n: pl.Series, fits: pl.Series) -> str | None:
    """The token of missing cells; None if the cells that do not fit are more than missing ones."""
    others, times = distinct.filter(~fits), n.filter(~fits)
    if others.is_in(MISSING_TOKENS).all():
        ranked = sorted(zip(times.to_list(), others.to_list(), strict=True))
        return str(ranked[-1][1]) if ranked and ranked[-1][0] > cells.null_count() else ""
    single = len(others) == 1 and times[0] >= 2 and cells.null_count() == 0
    return str(others[0]) if single and _nearly(n, fits) else None


def _nearly(n: pl.Series, fits: pl.Series) -> bool:
    enough = int(n.filter(fits).sum()) >= _NEARLY * int(n.sum())
    return enough and int(fits.sum()) > _NEARLY_DISTINCT


def _misfit(cells: pl.Series, type_: ColumnType, distinct: pl.Series, n: pl.Series, fits: pl.Series) -> Misfit | None:
    others = ~fits & ~distinct.is_in(MISSING_TOKENS)
    n_fitting, n_cells = int(n.filter(fits).sum()), int(n.filter(fits | others).sum())
    if n_fitting < _NEARLY * n_cells or int(fits.sum()) <= _NEARLY_DISTINCT:
        return None
    row = cells.is_in(distinct.filter(others).implode()).fill_null(False).arg_max()
    return Misfit(type_, int(row or 0), n_fitting, n_cells)


def _fraction(cells: pl.Series) -> str:
    nanoseconds = cells.dt.nanosecond()
    for step, digits in ((1_000_000_000, ""), (1_000_000, "%.3f"), (1_000, "%.6f")):
        if not (nanoseconds % step != 0).any():
            return digits
    return "%.9f"
