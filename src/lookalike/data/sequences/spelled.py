"""Weeks, months and quarters that are written as text, such as 2024-W07, 2024-05, 2024 May, 2024Q2."""

import polars as pl

_MONTHS = (
    "%Y-%m", "%Y/%m", "%Y.%m", "%YM%m", "%Y %b", "%Y-%b", "%b %Y", "%b-%Y", "%Y %B", "%B %Y", "%m/%Y", "%m-%Y",
)  # fmt: skip
_WEEKS = ("%G-W%V", "%G W%V", "%GW%V")
_QUARTERS = ("%YQ%q", "%Y Q%q", "%Y-Q%q", "Q%q %Y", "Q%q-%Y")  # %q is ours: the number of the quarter
_SHAPE = {"%Y": "(?<y>[0-9]{4})", "%q": "(?<q>[1-4])"}


def is_spelled(dtype: pl.DataType) -> bool:
    """Whether cells of a dtype may be spelled weeks, months or quarters."""
    return isinstance(dtype, (pl.String, pl.Categorical, pl.Enum))


def find_spelling(cells: pl.Series) -> str | None:
    """The one pattern by which all cells that are not missing name weeks, months or quarters; None if there is none."""
    texts = cells.drop_nulls().unique().cast(pl.String)
    if not len(texts):
        return None
    return next((p for p in (*_MONTHS, *_WEEKS, *_QUARTERS) if spell(read_spelled(texts, p), p).equals(texts)), None)


def read_spelled(cells: pl.Series, pattern: str) -> pl.Series:
    """The first days of the weeks, months or quarters that the cells name; null where they do not follow it."""
    texts = cells.cast(pl.String)
    if "%V" in pattern:
        return ("1 " + texts).str.to_date("%u " + pattern, strict=False)
    if "%q" not in pattern:
        return ("01 " + texts).str.to_date("%d " + pattern, strict=False)
    shape = "^" + pattern.replace("%Y", _SHAPE["%Y"]).replace("%q", _SHAPE["%q"]) + "$"
    parts = texts.str.extract_groups(shape).struct
    year, month = parts.field("y").cast(pl.Int32), parts.field("q").cast(pl.Int32) * 3 - 2
    return pl.select(pl.date(pl.lit(year), pl.lit(month), 1)).to_series()


def spell(dates: pl.Series, pattern: str) -> pl.Series:
    """The text of dates by the pattern."""
    if "%q" not in pattern:
        return dates.dt.strftime(pattern)
    year, quarter = dates.dt.strftime("%Y"), dates.dt.quarter().cast(pl.String)
    before, after = pattern.split("%q")
    if "%Y" in before:
        return before.split("%Y")[0] + year + before.split("%Y")[1] + quarter
    return before + quarter + after.split("%Y")[0] + year
