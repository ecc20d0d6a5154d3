"""Rows that break a rule are counted as one would count them by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.breaches import breaching, n_broken, refuse_broken
from lookalike.data.constraints import ClockSum
from lookalike.data.inference import infer
from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.parameters import declared
from lookalike.errors import ConstraintBroken, InputInvalid

SMALL = st.one_of(st.none(), st.integers(-3, 3))
Rows = list[tuple[int | None, int | None, int | None]]


def metadata_of(frame: pl.DataFrame) -> Metadata:
    kinds = {pl.String: ColumnType.CATEGORICAL, pl.Date: ColumnType.DATE, pl.Null: ColumnType.EMPTY}
    columns = [Column(n, kinds.get(d.base_type(), ColumnType.INTEGER), d) for n, d in frame.schema.items()]
    return Metadata(tuple(columns))


def broken(frame: pl.DataFrame, **rule: Any) -> int:
    """How many rows of the frame break a rule."""
    (parsed,) = declared("tabular", {"constraints": [rule]})
    return n_broken(frame, parsed, metadata_of(frame))


def naive_fd(rows: Rows) -> int:
    first: dict[Any, Any] = {}
    whole = [row for row in rows if None not in row]
    return sum(first.setdefault(row[:2], row[2]) != row[2] for row in whole)


NAIVE: dict[str, tuple[dict[str, Any], Callable[[Rows], int]]] = {
    "fd": ({"determinant": ["a", "b"], "dependent": "c"}, naive_fd),
    "equal": ({"columns": ["a", "b"]}, lambda rows: sum(None not in r[:2] and r[0] != r[1] for r in rows)),
    "less": ({"columns": ["a", "b"]}, lambda rows: sum(None not in r[:2] and r[0] >= r[1] for r in rows)),
    "less_equal": ({"columns": ["a", "b"]}, lambda rows: sum(None not in r[:2] and r[0] > r[1] for r in rows)),
    "sum": (
        {"columns": ["a", "b"], "equals": "c"},
        lambda rows: sum(None not in r and r[0] + r[1] != r[2] for r in rows),
    ),
    "range": (
        {"column": "a", "min": -1, "max": 2},
        lambda rows: sum(r[0] is not None and not -1 <= r[0] <= 2 for r in rows),
    ),
    "regex": (
        {"column": "a", "pattern": "[0-9]"},
        lambda rows: sum(r[0] is not None and r[0] < 0 for r in rows),
    ),
    "combination": ({"columns": ["a", "b"]}, lambda rows: 0),
    "unique": (
        {"columns": ["a", "b"]},
        lambda rows: len(w := [r[:2] for r in rows if None not in r[:2]]) - len(set(w)),
    ),
}


@pytest.mark.parametrize("kind", NAIVE)
@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(SMALL, SMALL, SMALL), min_size=1, max_size=40), dtype=st.sampled_from(["i", "f", "d"]))
def test_counts_are_those_of_the_naive_twin(kind: str, rows: Rows, dtype: str) -> None:
    """Rows are counted as a loop counts them, whatever the numbers are stored as; rows with a missing cell are not."""
    rule, naive = NAIVE[kind]
    kept = {"i": pl.Int16(), "f": pl.Float64(), "d": pl.Decimal(20, 0)}[dtype]
    frame = pl.DataFrame(rows, schema=dict.fromkeys("abc", pl.Int64), orient="row").cast(kept)
    if kind == "regex":
        frame = frame.cast(pl.Int64)

    assert naive(rows) == broken(frame, type=kind, **rule)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-999, 999), st.integers(-999, 999)), min_size=20, max_size=40), st.integers(0, 4))
def test_sums_of_floats_keep_their_grid(rows: list[tuple[int, int]], decimals: int) -> None:
    """Floats on a grid add up although floats round; a total that is off by one unit of its last decimal does not."""
    unit = 10.0**-decimals
    a, b = ([round(row[n] * unit, decimals) for row in rows] for n in (0, 1))
    total = [round((x + y) * unit, decimals) for x, y in rows]
    off = [round(cell + unit, decimals) for cell in total]
    rule = {"type": "sum", "columns": ["a", "b"], "equals": "c"}

    assert 0 == broken(pl.DataFrame({"a": a, "b": b, "c": total}), **rule)
    assert len(rows) == broken(pl.DataFrame({"a": a, "b": b, "c": off}), **rule) or decimals == 0


def test_not_a_number_is_missing() -> None:
    """A row with NaN in a named column is exempt."""
    frame = pl.DataFrame({"a": [1.0, float("nan")], "b": [0.0, 0.0]})

    assert 1 == broken(frame, type="less", columns=["a", "b"])


def test_moments_add_up_and_have_ends() -> None:
    """Dates, datetimes, times and durations take part in sums, orders and ranges, in their own units."""
    day, stamp = date(2024, 2, 28), datetime(2024, 2, 28, 23)
    frame = pl.DataFrame(
        {
            "day": [day, day],
            "n": [2, 2],
            "later": [date(2024, 3, 1), date(2024, 3, 2)],
            "at": pl.Series([stamp, stamp], dtype=pl.Datetime("ms")),
            "took": pl.Series([timedelta(hours=2)] * 2, dtype=pl.Duration("us")),
            "until": pl.Series([stamp + timedelta(hours=2), stamp], dtype=pl.Datetime("ns")),
            "hour": [time(8), time(9)],
        }
    )

    assert 1 == broken(frame, type="sum", columns=["day", "n"], equals="later")
    assert 1 == broken(frame, type="sum", columns=["at", "took"], equals="until")
    assert 1 == broken(frame, type="range", column="later", max="2024-03-01")
    assert 2 == broken(frame, type="range", column="at", min="2024-02-29T00:00:00")
    assert 1 == broken(frame, type="range", column="hour", min="08:30")
    assert 1 == broken(frame, type="less", columns=["at", "until"])


def test_zones_are_minded() -> None:
    """An end without offset is meant in the column's zone, one with an offset as it says."""
    stamps = pl.Series("at", [datetime(2024, 6, 1, 10)]).dt.replace_time_zone("Europe/Paris")

    assert 0 == broken(stamps.to_frame(), type="range", column="at", max="2024-06-01T10:00:00")
    assert 1 == broken(stamps.to_frame(), type="range", column="at", max="2024-06-01T09:59:59")
    assert 0 == broken(stamps.to_frame(), type="range", column="at", max="2024-06-01T08:00:00Z")


def test_clock_times_wrap_at_midnight() -> None:
    """Minutes after a clock time lead past midnight, which may be written 2400 or 0."""
    frame = pl.DataFrame({"a": [2330, 2330, 930, 930], "m": [30, 90, 45, 45], "b": [2400, 100, 1015, 975]})
    rule = ClockSum(type="clock_sum", clock="a", minutes="m", equals="b")

    assert 0 == n_broken(frame.head(3), rule, metadata_of(frame))
    assert 1 == n_broken(frame.with_columns(b=pl.lit(1016)).tail(1), rule, metadata_of(frame))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"type": "less", "columns": ["n", "nowhere"]}, "no column 'nowhere', which the rule less of 'n', 'nowhere'"),
        ({"type": "less", "columns": ["n", "w"]}, "less of 'n', 'w' needs two columns of numbers"),
        ({"type": "less", "columns": ["n", "day"]}, "needs two columns of numbers"),
        ({"type": "sum", "columns": ["n", "w"], "equals": "m"}, "needs columns of numbers"),
        ({"type": "equal", "columns": ["n", "w"]}, "needs two columns of one kind"),
        ({"type": "range", "column": "w", "min": 1}, "range of 'w' needs a column of numbers"),
        ({"type": "range", "column": "n", "min": "2024-01-01"}, "range of 'n' needs"),
        ({"type": "range", "column": "day", "min": "soon"}, "range of 'day' needs"),
        ({"type": "range", "column": "day", "min": 3}, "range of 'day' needs"),
        ({"type": "range", "column": "n", "max": 10**60}, "range of 'n' needs"),
    ],
)
def test_rules_that_do_not_fit_are_refused(rule: dict[str, Any], message: str) -> None:
    """A rule about columns that are not there, or that hold something else, ends the job by name."""
    n = 30
    days = pl.Series([date(2024, 1, 1)] * n)
    frame, metadata = infer(pl.DataFrame({"n": range(n), "m": range(n), "w": ["x"] * n, "day": days}), textual=False)
    with pytest.raises(InputInvalid) as refused:
        refuse_broken(frame, metadata, declared("tabular", {"constraints": [rule]}))

    assert message in str(refused.value)


def test_columns_without_values_break_nothing() -> None:
    """Whatever a rule asks of an empty column, no row breaks it."""
    frame, metadata = infer(pl.DataFrame({"n": range(30), "e": pl.Series([None] * 30)}), textual=False)
    rules = [{"type": "less", "columns": ["n", "e"]}, {"type": "regex", "column": "e", "pattern": "x"}]
    parsed = declared("tabular", {"constraints": rules})
    refuse_broken(frame, metadata, parsed)

    assert [0, 0] == [n_broken(frame, rule, metadata) for rule in parsed]


def test_a_broken_input_is_told_without_a_cell() -> None:
    """The error names rule and count, and quotes nothing of the table."""
    frame, metadata = infer(pl.DataFrame({"n": range(30), "w": ["Zebedee"] * 30}), textual=False)
    rule = {"type": "regex", "column": "w", "pattern": "[A-Y].*"}
    with pytest.raises(ConstraintBroken) as refused:
        refuse_broken(frame, metadata, declared("tabular", {"constraints": [rule]}))

    assert "30 of 30 rows break the rule regex of 'w'" in str(refused.value)
    assert "Zebedee" not in str(refused.value)
    assert "CONSTRAINT_BROKEN_BY_INPUT" == refused.value.code


def test_rows_that_break_a_rule_are_told() -> None:
    """Rows are marked rule by rule; a combination is strange if no real row has it, and a missing cell is exempt."""
    real = pl.DataFrame({"a": ["x", "y"], "b": [1, 2], "c": [1.25, 2.5]})
    frame = pl.DataFrame({"a": ["x", "x", None], "b": [1, 2, 2], "c": [1.0, 3.0, 5.0]})
    rules = [{"type": "combination", "columns": ["a", "b"]}, {"type": "less_equal", "columns": ["c", "b"]}]
    masks = breaching(frame, declared("tabular", {"constraints": rules}), _decimal(frame), real)

    assert [False, True, False] == masks["combination of 'a', 'b'"].tolist()
    assert [False, True, True] == masks["less_equal of 'c', 'b'"].tolist()


def _decimal(frame: pl.DataFrame) -> Metadata:
    columns = [replace(c, type=ColumnType.DECIMAL) if c.dtype.is_float() else c for c in metadata_of(frame).columns]
    return Metadata(tuple(columns))
