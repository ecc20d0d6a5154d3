"""Tables of other libraries: to polars and back with their dtypes; what is no table is told."""

import datetime as dt
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from lookalike.data.frames import from_polars, to_polars
from lookalike.errors import ExtraMissing, InputInvalid, InputRefused, UsageError

PANDAS = pd.DataFrame(
    {
        "int": [1, 2, 3],
        "small": np.array([1, 2, 3], dtype="int8"),
        "float": [1.5, np.nan, 2],
        "text": ["a", "b", None],
        "object": pd.Series(["x", None, "y"], dtype=object),
        "category": pd.Categorical(["u", "v", None], categories=["v", "u"], ordered=True),
        "numbers as category": pd.Categorical([1, 2, 1]),
        "nullable": pd.array([1, None, 3], dtype="Int64"),
        "bool": [True, False, True],
        "boolean": pd.array([True, None, False], dtype="boolean"),
        "object bool": pd.Series([True, None, False], dtype=object),
        "time": pd.to_datetime(["2020-01-01", "2020-01-02", None]),
        "zone": pd.to_datetime(["2020-01-01", "2020-01-02", None]).tz_localize("Europe/Berlin"),
        "delta": pd.to_timedelta([1, 2, None], unit="s"),
        "date": pd.Series([dt.date(2020, 1, 1)] * 3, dtype=object),
        "decimal": pd.Series([Decimal("1.50")] * 3, dtype=object),
        "arrow": pd.Series([1, None, 2], dtype=pd.ArrowDtype(pa.int32())),
        5: ["a label", "that is", "no text"],
    }
)


def test_pandas_comes_back() -> None:
    """A pandas table comes back with the same labels, dtypes and cells, without its index."""
    given = PANDAS.set_index(pd.Index([7, 8, 9]))
    back = from_polars(*to_polars(given))

    pd.testing.assert_frame_equal(PANDAS, back)


def test_pandas_cells_are_typed_and_missing_ones_null() -> None:
    """NaN, None, NA and NaT are null in polars, and columns have a dtype."""
    frame, _ = to_polars(PANDAS)

    assert {"float", "text", "object", "nullable", "time", "arrow"} <= {
        c for c in frame.columns if frame[c].null_count()
    }
    assert [pl.String, pl.Int64, pl.Date] == [frame[c].dtype for c in ("object", "nullable", "date")]


def test_unused_categories_stay_behind() -> None:
    """A level that is not in the new rows is not in its categories either: it would be a cell of the real table."""
    given = pd.DataFrame({"c": pd.Categorical(["rare", "b", "a"], categories=["rare", "b", "a"])})
    frame, kind = to_polars(given)
    back = from_polars(frame.filter(pl.col("c") != "rare"), kind)

    assert ["b", "a"] == back["c"].cat.categories.tolist()


def test_cells_that_do_not_fit_keep_their_new_dtype() -> None:
    """A column that got missing cells cannot be numpy integers again and stays what it is."""
    _, kind = to_polars(pd.DataFrame({"i": [1, 2]}))
    back = from_polars(pl.DataFrame({"i": [1, None]}), kind)

    assert np.dtype("float64") == back["i"].dtype


def test_arrow_comes_back() -> None:
    """Tables and record batches come back as such, with their types."""
    table = pa.table(
        {"a": pa.array([1, None], pa.int16()), "d": pa.array(["x", "y"]).dictionary_encode(), "s": ["u", "v"]}
    )
    batch = table.to_batches()[0]

    assert table.equals(from_polars(*to_polars(table)))
    assert batch.equals(from_polars(*to_polars(batch)))


def test_polars_stays() -> None:
    """An eager table stays eager and a lazy one lazy."""
    frame = pl.DataFrame({"a": [1]})

    assert frame is from_polars(*to_polars(frame))
    assert frame.equals(from_polars(*to_polars(frame.lazy())).collect())


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (pd.DataFrame({"m": [1, "SECRET-4711", 2.5]}), InputInvalid, "'m'"),
        (pd.DataFrame([["SECRET-4711", 2]], columns=["a", "a"]), InputInvalid, "'a' stands twice"),
        (pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), InputRefused, "levels"),
        (pd.Series(["SECRET-4711"]), UsageError, "Series is not a table"),
        (["SECRET-4711"], UsageError, "list is not a table"),
        (pl.LazyFrame({"a": ["SECRET-4711"]}).select(pl.col("a").cast(pl.Int64)), InputInvalid, "cannot be collected"),
    ],
)
def test_what_is_no_table_is_told_without_cells(data: object, error: type[Exception], says: str) -> None:
    """Things that are no table, or have mixed columns, are named, and no cell is shown."""
    with pytest.raises(error, match=says) as caught:
        to_polars(data)

    assert (None, None) == (caught.value.__cause__, caught.value.__context__)
    assert "4711" not in str(caught.value)


def test_pandas_without_pyarrow_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where pyarrow is missing, the error says which extra brings it."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ExtraMissing, match="'pandas'"):
        to_polars(PANDAS)


def test_nothing_is_imported_for_polars() -> None:
    """A polars table loads neither pandas nor pyarrow."""
    code = (
        "import sys, polars; from lookalike.data.frames import *;"
        "from_polars(*to_polars(polars.DataFrame({'a': [1]})));"
        "print({'pandas', 'pyarrow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "set()" == done.stdout.strip()
