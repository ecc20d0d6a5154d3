"""Wide tables made long and wide again: nothing is lost, and the steps are found by their names."""

import json
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.inference import infer
from lookalike.data.metadata import ColumnType, Metadata
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.arranging import arrange
from lookalike.data.sequences.roles import find_roles
from lookalike.data.sequences.wide import Widening, melt
from lookalike.errors import InputInvalid

ASKED = TimeSeriesParameters(layout="wide")
N = 24
CELLS = {
    "whole": st.integers(-1000, 1000),
    "decimal": st.floats(-1e6, 1e6),
    "text": st.sampled_from(["a", "b", ""]),
    "flag": st.booleans(),
    "day": st.dates(date(1900, 1, 1), date(2100, 1, 1)),
}


def _melted(table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, Metadata, Widening]:
    typed, metadata = infer(table, textual=False)
    return (typed, *melt(typed, metadata, ASKED))


def _table(names: list[str]) -> pl.DataFrame:
    steps = {name: [float((i + 5) * (k + 3) % 11) for i in range(N)] for k, name in enumerate(names)}
    return pl.DataFrame({"place": [f"c{i % 6}" for i in range(N)], **steps})


@settings(deadline=None)
@given(data=st.data(), kind=st.sampled_from(sorted(CELLS)), n_steps=st.integers(3, 6), two=st.booleans())
def test_nothing_is_lost(data: st.DataObject, kind: str, n_steps: int, *, two: bool) -> None:
    """A table melted and spread is the same, whatever is missing, with all its columns and dtypes in order."""
    cells = st.one_of(st.none(), CELLS[kind])
    names = [f"{stem}_{step}" for step in range(n_steps) for stem in ("v", "w")[: 1 + two]]
    columns = {name: data.draw(st.lists(cells, min_size=N, max_size=N)) for name in names}
    table, long, metadata, widening = _melted(pl.DataFrame({"step": range(N), **columns}))
    read = Widening.from_json(json.loads(json.dumps(widening.to_json())))

    assert read == widening
    assert table.equals(read.spread(long))
    assert table.schema == read.spread(long).schema
    assert tuple(long.columns) == metadata.names
    assert long.dtypes == [c.dtype for c in metadata.columns]


@pytest.mark.parametrize(
    ("names", "variables", "steps", "tick"),
    [
        (["1960", "1961", "1962"], ["value"], [1960, 1961, 1962], "fraction"),
        (["d_1", "d_3", "d_2"], ["d"], [1, 2, 3], "fraction"),
        (["V01", "V02", "V10"], ["V"], [1, 2, 10], "fraction"),
        (["day0", "day1", "day2", "baseline"], ["day"], [0, 1, 2], "fraction"),
        (["h_1", "w_1", "h_2", "w_2", "h_3", "w_3"], ["h", "w"], [1, 2, 3], "fraction"),
        (["place1", "place2", "place3"], ["place_"], [1, 2, 3], "fraction"),
        (["2020-03", "2020-01", "2020-02"], ["value"], ["2020-01", "2020-02", "2020-03"], "month"),
        (["2020 Q1", "2020 Q2", "2020 Q3"], ["value"], ["2020 Q1", "2020 Q2", "2020 Q3"], "month"),
        (["2020-01-05", "2020-01-06", "2020-01-08"], ["value"], [date(2020, 1, d) for d in (5, 6, 8)], "day"),
    ],
)
def test_steps_are_found(names: list[str], variables: list[str], steps: list[object], tick: str) -> None:
    """Numbers behind a stem, dates and months are steps, in their order; other columns are context."""
    _, long, metadata, widening = _melted(_table(names))
    told = widening.told(ASKED)
    roles = find_roles(long, metadata, told)
    found = arrange(long, metadata, roles, told)

    assert steps == list(widening.steps)
    assert variables == list(roles.values)
    assert (("sequence",), "step") == (roles.key, roles.index)
    assert "place" in roles.context
    assert tick == (found.rhythm.unit and found.rhythm.unit.name)


def test_where_sequences_end() -> None:
    """Missing cells behind the last one are rows that are not there, those before it are missing cells."""
    rows = [[1.0, None, 3.0, None], [1.0, None, None, None], [None, None, None, None]] * 8
    _, long, _, widening = _melted(pl.DataFrame(rows, schema=["x1", "x2", "x3", "x4"], orient="row"))

    assert [3, 1, 1] == long.group_by(widening.key, maintain_order=True).len()["len"].head(3).to_list()
    assert [1.0, None, 3.0, 1.0, None] == long["x"].head(5).to_list()


def test_rows_of_others_are_spread() -> None:
    """Rows that were made, of other keys and in other order, become whole rows; unknown steps are left out."""
    table, long, _, widening = _melted(_table(["x1", "x2", "x3"]))
    made = pl.DataFrame(
        {"sequence": [9, 9, 7, 7], "place": ["p", "p", "q", "q"], "step": [3, 1, 2, 8], "x": [3.0, 1.0, 2.0, 8.0]}
    )
    spread = widening.spread(made.select(long.columns))

    assert [("p", 1.0, None, 3.0), ("q", None, 2.0, None)] == spread.rows()
    assert table.schema == spread.schema


def test_whole_numbers_and_decimals_are_one_variable() -> None:
    """Columns of whole numbers beside decimals are decimals in between, and what they were after."""
    table, long, metadata, widening = _melted(
        pl.DataFrame(
            {"x1": [1, 2] * 12, "x2": [0.5, 1.5] * 12, "x3": [None] * 24},
            schema={"x1": pl.Int32, "x2": pl.Float64, "x3": pl.String},
        )
    )

    assert ColumnType.DECIMAL is metadata["x"].type
    assert table.equals(widening.spread(long))
    assert table.schema == widening.spread(long).schema


def test_a_table_without_steps() -> None:
    """A table told to be wide whose columns are no steps is refused."""
    with pytest.raises(InputInvalid, match="no three columns are steps"):
        _melted(_table(["x1", "x2", "y"]))
