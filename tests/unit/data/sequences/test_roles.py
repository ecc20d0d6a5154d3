"""Roles: what is told is taken or refused with its place, what is left out is found in the cells."""

from typing import Any

import polars as pl
import pytest

from lookalike.data.inference import infer
from lookalike.data.metadata import ColumnType
from lookalike.data.parameters import TimeSeriesParameters, checked
from lookalike.data.sequences.roles import Roles, find_roles, typed_roles
from lookalike.errors import InputInvalid

N_KEYS, N_STEPS = 8, 6
ROWS = N_KEYS * N_STEPS
NOISE = [(17 * i * i + 5 * i) % 97 / 10 for i in range(ROWS)]
WHO = [f"p{i // N_STEPS}" for i in range(ROWS)]
STEP = [i % N_STEPS for i in range(ROWS)]


def _panel(**columns: Any) -> pl.DataFrame:
    return pl.DataFrame({"who": WHO, "when": STEP, "x": NOISE, **columns})


def _roles(table: pl.DataFrame, **told: Any) -> Roles:
    typed, metadata = infer(table, textual=False)
    return find_roles(typed, metadata, checked(TimeSeriesParameters, told))


def _said(table: pl.DataFrame, **told: Any) -> str:
    with pytest.raises(InputInvalid) as raised:
        _roles(table, **told)
    return str(raised.value)


def test_a_panel() -> None:
    """Key and index are found, what is fixed in each sequence is context, and each choice has a sentence."""
    roles = _roles(_panel(kind=[int(w[1]) % 3 for w in WHO]))

    assert (("who",), "when", ("kind",), ("x",)) == (roles.key, roles.index, roles.context, roles.values)
    assert ["'who' is", "'when' is", "'kind' is"] == [" ".join(sentence.split()[:2]) for sentence in roles.why]


@pytest.mark.parametrize("order", [["when", "who"], ["chance"]])
def test_a_panel_in_another_order(order: list[str]) -> None:
    """Rows by time, or in no order, have the same roles."""
    chance = pl.Series("chance", [29 * i % ROWS for i in range(ROWS)])
    roles = _roles(_panel().with_columns(chance).sort(order).drop("chance"))

    assert (("who",), "when") == (roles.key, roles.index)


def test_a_panel_of_dates_beside_numbers_that_repeat() -> None:
    """Whole numbers that are measured are no key, and a number of the row is no index."""
    day = pl.Series([f"2024-03-{1 + s:02}" for s in STEP]).str.to_date()
    table = _panel(count=[int(v) for v in NOISE]).with_columns(day.alias("day")).drop("when")
    roles = _roles(table.with_row_index("n"))

    assert (("who",), "day") == (roles.key, roles.index)


def test_a_key_of_two_columns() -> None:
    """Where neither of two columns tells sequences apart, both do."""
    table = _panel(shop=[f"s{i // 24}" for i in range(ROWS)], item=[f"i{i // N_STEPS % 4}" for i in range(ROWS)])
    roles = _roles(table.drop("who"))

    assert (("shop", "item"), "when", ()) == (roles.key, roles.index, roles.context)


def test_a_name_beside_an_id() -> None:
    """Of two columns that say the same the first is the key, the other is context."""
    roles = _roles(_panel(label=[f"n{w}" for w in WHO]))

    assert (("who",), ("label",)) == (roles.key, roles.context)


def test_one_series() -> None:
    """A date or a number named as a time that runs through the table makes it one series; so does nothing at all."""
    dates = pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 2, 17), "1d", eager=True)
    dated = pl.DataFrame({"at": dates, "mood": ["a", "b", "b", "c"] * 12, "x": NOISE})

    assert ((), "at", (), ("mood", "x")) == _parts(_roles(dated))
    assert ((), "step", (), ("x",)) == _parts(_roles(pl.DataFrame({"step": range(ROWS), "x": NOISE})))
    assert ((), None, (), ("x",)) == _parts(_roles(pl.DataFrame({"x": NOISE})))


def _parts(roles: Roles) -> tuple[object, ...]:
    return roles.key, roles.index, roles.context, roles.values


def test_events_of_several_in_order_of_time() -> None:
    """Uneven times that never come again do not hide a column that is named as a key."""
    times = pl.Series([1_700_000_000 + 61 * i * i for i in range(ROWS)]).cast(pl.Int64) * 1000
    table = pl.DataFrame(
        {"account_id": [i * 7 % 5 for i in range(ROWS)], "at": times.cast(pl.Datetime("ms")), "x": NOISE}
    )

    assert (("account_id",), "at") == _parts(_roles(table))[:2]


def test_even_times_with_a_code_beside_them() -> None:
    """Days that follow each other are one series, whatever a column of codes is named."""
    dates = pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 2, 17), "1d", eager=True)
    table = pl.DataFrame({"at": dates, "weather_code": [i * i % 5 for i in range(ROWS)], "x": NOISE})

    assert ((), "at") == _parts(_roles(table))[:2]


def test_a_fault_is_told_where_nothing_fits_without_it() -> None:
    """A date that is missing or comes again does not make the table one without an index."""
    days = pl.date_range(pl.date(2024, 1, 1), pl.date(2024, 2, 17), "1d", eager=True).to_list()
    missing = pl.DataFrame({"at": [None, *days[1:]], "x": NOISE})
    doubled = pl.DataFrame({"at": [days[1], *days[1:]], "x": NOISE})

    assert "1 of its cells are missing, the first in row 1" in _said(missing)
    assert ((), "at") == _parts(_roles(doubled))[:2]


def test_no_index() -> None:
    """Equal cells that stand together, each in one run, are sequences without an index."""
    roles = _roles(_panel().drop("when"))

    assert (("who",), None, (), ("x",)) == _parts(roles)
    assert "in the order in which they stand" in roles.why[1]


def test_told_roles_are_taken() -> None:
    """What is told is not looked for, also that there is no key or no index."""
    table = _panel(kind=[int(w[1]) % 3 for w in WHO])

    assert (("who",), "x", (), ("when", "kind")) == _parts(
        _roles(table, sequence_key="who", sequence_index="x", context_columns=[])
    )
    assert ((), None) == _parts(_roles(table, sequence_key=[], sequence_index=""))[:2]
    assert (("who",), "when") == _parts(_roles(table, sequence_index="when"))[:2]
    assert () == _roles(table, sequence_key="who", sequence_index="when", context_columns=["kind"]).why


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"sequence_key": "nobody"}, "no column 'nobody', which sequence_key names"),
        ({"sequence_key": "who", "sequence_index": "who"}, "'who' is named by sequence_key and by sequence_index"),
        (
            {"sequence_key": "who", "context_columns": ["x"]},
            "changes in row 2, in sequence 1 of 8 in the order of the table",
        ),
        ({"sequence_index": "text"}, "48 of its 48 cells are neither numbers nor times, the first in row 1"),
        ({"sequence_index": "gap"}, "1 of its cells are missing, the first in row 3"),
        ({"sequence_key": "gap"}, "1 of its cells are missing, the first in row 3"),
        ({"sequence_key": "who", "context_columns": ["when", "x", "gap", "text"]}, "changes in row 2"),
    ],
)
def test_told_roles_that_do_not_fit(told: dict[str, Any], said: str) -> None:
    """A told role that the cells deny is an error that names column and place."""
    gap = [None if i == 2 else i for i in range(ROWS)]

    assert said in _said(_panel(gap=gap, text=[f"word {'abc'[i % 3]}" for i in range(ROWS)]), **told)


def test_an_index_with_some_cells_that_are_no_times() -> None:
    """Of an index that was left text, only the cells that are no times are counted."""
    texts = ["2024-01-01", "2024-01-02", "soon", *[f"2024-02-{1 + i % 28:02}" for i in range(ROWS - 3)]]
    table = _panel().with_columns(pl.Series("at", texts, dtype=pl.Categorical))

    assert "1 of its 48 cells are neither numbers nor times, the first in row 3" in _said(table, sequence_index="at")


def test_an_index_of_several_offsets() -> None:
    """Local times that are written with their offset, in summer and winter, are refused with the mend."""
    texts = [f"2025-10-26T0{i % 9}:30:00+0{1 + i % 2}:00" for i in range(ROWS)]

    assert "several offsets from UTC. Give all of them in UTC" in _said(_panel(at=texts), sequence_index="at")


def test_nothing_is_left_for_values() -> None:
    """A key and an index alone are no sequences."""
    table = _panel().drop("x")

    assert "No column is left" in _said(table)


def test_meanings_of_roles() -> None:
    """An index that was taken for an ID counts again; columns of a key are IDs."""
    table, metadata = infer(pl.DataFrame({"n_id": range(ROWS), "who": WHO, "x": NOISE}), textual=False)
    typed = typed_roles(metadata, Roles(("who",), "n_id", (), ("x",)), table)

    assert ColumnType.ID is metadata["n_id"].type
    assert [ColumnType.INTEGER, ColumnType.ID, ColumnType.DECIMAL] == [c.type for c in typed.columns]
    assert table.height == ROWS


def test_context_is_what_it_is_once_a_sequence() -> None:
    """A code that repeats only along its sequence is an ID; what was told of a column stays."""
    rows = pl.int_range(90, eager=True)
    codes = "c" + (1_000 + rows // 3).cast(pl.String)
    table, metadata = infer(
        pl.DataFrame({"who": rows // 3, "at": rows % 3, "code": codes, "x": rows * 37 % 11}), textual=False
    )
    roles = Roles(("who",), "at", ("code",), ("x",))

    assert ColumnType.CATEGORICAL is metadata["code"].type
    assert ColumnType.ID is typed_roles(metadata, roles, table)["code"].type
    assert ColumnType.CATEGORICAL is typed_roles(metadata, roles, table, {"code"})["code"].type


def test_one_series_whose_rows_are_counted() -> None:
    """Told that there is no key, numbers that count all rows are the index."""
    roles = _roles(pl.DataFrame({"n": range(ROWS), "x": NOISE}), sequence_key=[])

    assert ((), "n", ("x",)) == (roles.key, roles.index, roles.values)
