"""How often chance would have broken a rule: what happens when a column is shifted against the others."""

import polars as pl

from lookalike.data.breaches import breaks
from lookalike.data.constraints import Rule, Sum
from lookalike.data.metadata import Metadata
from lookalike.data.sums import decimals_of

PEEK = 2_000  # rows that are looked at first: most rules fail there
ENOUGH = 20.0  # rows that chance would have broken, or the rule is not believed
SAMPLE = 20_000  # rows on which that is counted
ROWS_MIN = 3_000  # of fewer a rule that one row in a thousand breaks may hold by chance
STRIDE = 1_009  # rows apart, so that neighbours that belong together are not taken for independent ones


def holds(rule: Rule, table: pl.DataFrame, metadata: Metadata) -> bool:
    """Whether every row keeps the rule, which is looked at in some rows first."""
    return all(not _n_broken(rule, rows, metadata) for rows in (table.head(PEEK), table))


def surprise(rule: Rule, table: pl.DataFrame, metadata: Metadata) -> int:
    """Rows, of a sample, that would break the rule if one of its columns stood in other rows; the least of them all."""
    rows = table.head(SAMPLE).select(rule.named)
    return min(_n_broken(rule, rows.with_columns(shifted(rows[name])), metadata) for name in rule.named)


def shifted(cells: pl.Series) -> pl.Series:
    """The cells, each in another row."""
    places = (pl.arange(len(cells), eager=True) + STRIDE) % len(cells)
    return cells.gather(places)


def _n_broken(rule: Rule, rows: pl.DataFrame, metadata: Metadata) -> int:
    decimals = {rule.equals: decimals_of(rows[rule.equals])} if isinstance(rule, Sum) else {}
    return int(rows.select(breaks(rule, metadata, decimals).sum()).item())
