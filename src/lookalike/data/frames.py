"""Tables of other libraries to polars and back; a library is imported only when one of its tables is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from lookalike.data.checks import quiet
from lookalike.errors import ExtraMissing, InputInvalid, InputRefused, UsageError


@dataclass(frozen=True)
class Kind:
    """
    What a table was before it was polars.

    Attributes:
        library: Whose table; ``polars`` also for objects that only hand out an Arrow stream.
        shape: ``lazy`` for a LazyFrame, ``batch`` for an Arrow RecordBatch.
        labels: pandas: column labels as they were, by their text.
        dtypes: pandas: dtypes by column; Arrow: types by column.
    """

    library: Literal["polars", "pandas", "pyarrow"] = "polars"
    shape: Literal["table", "lazy", "batch"] = "table"
    labels: Mapping[str, Any] = field(default_factory=dict)
    dtypes: Mapping[str, Any] = field(default_factory=dict)


def to_polars(data: Any) -> tuple[pl.DataFrame, Kind]:
    """
    The table as polars, and what it was.

    Args:
        data: polars DataFrame or LazyFrame, pandas DataFrame (its index is dropped), Arrow Table or RecordBatch, or any
            object with ``__arrow_c_stream__``.

    Raises:
        UsageError: something else.
        ExtraMissing: a pandas table without pyarrow, which pandas itself needs to hand it over.
        InputInvalid: a pandas column of mixed types, or column names that are not unique; names the column.
        InputRefused: pandas columns on several levels.
    """
    if isinstance(data, pl.DataFrame):
        return data, Kind()
    if isinstance(data, pl.LazyFrame):
        return _collected(data), Kind(shape="lazy")
    library = type(data).__module__.partition(".")[0]
    if library == "pandas" and hasattr(data, "iloc") and getattr(data, "ndim", 0) == 2:
        return _from_pandas(data)
    if hasattr(data, "__arrow_c_stream__") and library != "pandas":
        return _from_arrow(data, library)
    raise UsageError(
        f"A {type(data).__name__} is not a table.",
        hint="Give a polars or pandas DataFrame, an Arrow table, or a path.",
    )


def from_polars(frame: pl.DataFrame, kind: Kind) -> Any:
    """
    The table as it was given: same library, same dtypes as far as the cells fit them.

    pandas: a category lists only levels that occur in `frame`, in their old order, since unused levels would be cells
    of the real table. A column whose cells do not fit its old dtype has the one polars gives it.
    """
    if kind.library == "pandas":
        return _to_pandas(frame, kind)
    if kind.library == "pyarrow":
        return _to_arrow(frame, kind)
    return frame.lazy() if kind.shape == "lazy" else frame


def _collected(data: pl.LazyFrame) -> pl.DataFrame:
    return quiet(
        data.collect,
        InputInvalid("The LazyFrame cannot be collected.", hint="Collect it and see what polars says."),
    )


def _need_pyarrow(what: str, extra: str) -> Any:
    try:
        import pyarrow
    except ImportError:
        raise ExtraMissing(what, extra) from None
    return pyarrow


def _from_pandas(data: Any) -> tuple[pl.DataFrame, Kind]:
    _need_pyarrow("A pandas table", "pandas")
    if data.columns.nlevels > 1:
        raise InputRefused("The columns have several levels.", hint="Flatten them: one label a column.")
    names = [str(label) for label in data.columns]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise InputInvalid(f"The column name '{name}' stands twice.", hint="Rename one of them.")
    columns = [_column(name, data.iloc[:, i]) for i, name in enumerate(names)]
    dtypes = {name: data.dtypes.iloc[i] for i, name in enumerate(names)}
    return pl.DataFrame(columns), Kind("pandas", labels=dict(zip(names, data.columns, strict=True)), dtypes=dtypes)


def _column(name: str, cells: Any) -> pl.Series:
    mixed = InputInvalid(
        f"Column '{name}' has cells of several types, or of one that has no Arrow type.",
        hint="Give all its cells one type, or leave it out.",
    )
    return quiet(lambda: pl.Series(name, cells.reset_index(drop=True), nan_to_null=True), mixed)


def _from_arrow(data: Any, library: str) -> tuple[pl.DataFrame, Kind]:
    unreadable = InputInvalid("The Arrow table cannot be read.", hint="Check its column names and types.")
    frame = quiet(lambda: pl.DataFrame(data), unreadable)
    if library != "pyarrow":
        return frame, Kind()
    shape: Literal["table", "batch"] = "batch" if type(data).__name__ == "RecordBatch" else "table"
    return frame, Kind("pyarrow", shape, dtypes={f.name: f.type for f in data.schema})


def _to_pandas(frame: pl.DataFrame, kind: Kind) -> Any:
    import pandas

    columns = [_restored(frame[name], kind.dtypes.get(name)) for name in frame.columns]
    table = pandas.concat(columns, axis=1) if columns else pandas.DataFrame()
    table.columns = pandas.Index([kind.labels.get(name, name) for name in frame.columns])
    return table


def _restored(cells: pl.Series, dtype: Any) -> Any:
    import pandas

    if isinstance(dtype, pandas.CategoricalDtype):
        return _categories(cells, dtype)
    if dtype is not None and pandas.api.types.is_object_dtype(dtype):
        return pandas.Series(cells.to_list(), dtype=object)
    column = cells.to_pandas()
    if dtype is None or column.dtype == dtype:
        return column
    try:
        return column.astype(dtype)
    except (TypeError, ValueError, OverflowError):
        return column


def _categories(cells: pl.Series, dtype: Any) -> Any:
    import pandas

    plain = cells.cast(pl.String) if cells.dtype in (pl.Categorical, pl.Enum) else cells
    column = plain.to_pandas()
    present = set(column.dropna())
    old = [level for level in dtype.categories if level in present]
    levels = [*old, *sorted(present - set(old), key=str)]
    return column.astype(pandas.CategoricalDtype(levels, ordered=dtype.ordered))


def _to_arrow(frame: pl.DataFrame, kind: Kind) -> Any:
    import pyarrow

    arrays = [_cast(frame[name].to_arrow(), kind.dtypes.get(name)) for name in frame.columns]
    if kind.shape == "batch":
        return pyarrow.record_batch(arrays, names=frame.columns)
    return pyarrow.table(arrays, names=frame.columns)


def _cast(cells: Any, dtype: Any) -> Any:
    import pyarrow

    if dtype is None or cells.type == dtype:
        return cells
    try:
        return cells.cast(dtype)
    except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError):
        return cells
