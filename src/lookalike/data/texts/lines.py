"""Whether a table can be written as lines, said before anything is learnt from it."""

import polars as pl

from lookalike.errors import InputRefused

_LINE_END = "[\r\n]"
_HINT = "Ask for csv, jsonl or parquet."


def refuse_lineless(table: pl.DataFrame) -> None:
    """
    Nothing, if rows like those of the table fit into a format of a record a line.

    Raises:
        InputRefused: there are several columns, or line ends within texts; names how many and the first row.
    """
    if table.width != 1:
        raise InputRefused(f"The input has {table.width} columns, and a line has room for one.", hint=_HINT)
    cells = table.to_series()
    broken = cells.cast(pl.String).str.contains(_LINE_END).fill_null(False)
    if n := int(broken.sum()):
        raise InputRefused(
            f"Column '{cells.name}' has {n:,} texts with a line end inside, the first in row "
            f"{int(broken.arg_max() or 0) + 1}; a line has no room for one.",
            hint=_HINT,
        )
