"""Tables that are no good sequences: taken with a note, or refused with the row's number and never a cell."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from lookalike import TimeSeriesModel, TimeSeriesSynthesizer
from lookalike.errors import InputInvalid, InputRefused, LookalikeError

N, ROWS = 40, 12


def base(n: int = N, rows: int = ROWS) -> pl.DataFrame:
    rng = np.random.default_rng(1)
    key = np.repeat(np.arange(n), rows)
    return pl.DataFrame(
        {
            "who": [f"secret{k:03d}" for k in key],
            "day": pl.Series(19_000 + np.tile(np.arange(rows), n)).cast(pl.Date),
            "x": rng.normal(size=n * rows).cumsum().round(2),
        }
    )


def fitted(table: pl.DataFrame, **told: Any) -> TimeSeriesModel:
    return TimeSeriesSynthesizer(seed=1, **{"sequence_key": "who", "sequence_index": "day", **told}).fit(table)


def refused(table: pl.DataFrame, error: type[LookalikeError], **told: Any) -> str:
    with pytest.raises(error) as raised:
        fitted(table, **told)
    message = str(raised.value)

    assert "secret" not in message
    assert "2022-" not in message
    return message


def put(table: pl.DataFrame, row: int, column: str, value: Any) -> pl.DataFrame:
    cells = table[column].to_list()
    cells[row] = value
    return table.with_columns(pl.Series(column, cells, dtype=table.schema[column]))


def test_a_time_that_stands_twice_is_refused() -> None:
    """Two rows of a sequence with the same time are named by the sequence's place and their numbers."""
    message = refused(put(base(), 14, "day", base()["day"][13]), InputInvalid)

    assert "sequence 2 of 40" in message
    assert "rows 14 and 15" in message


def test_rows_out_of_order_are_sorted_and_told() -> None:
    """Shuffled rows are learnt as those in order are, and a note says that they were sorted."""
    shuffled = fitted(base().sample(fraction=1.0, shuffle=True, seed=3))

    assert any("sorted" in note for note in shuffled.notes)
    assert not any("sorted" in note for note in fitted(base()).notes)
    days = shuffled.sample(n_sequences=20).select(pl.col("day").diff().over("who").dt.total_days()).to_series()
    assert {1} == set(days.drop_nulls())


def test_mixed_frequencies_are_told() -> None:
    """Sequences of days and of weeks are learnt, times rise, and a note says that there are several."""
    step = np.where(np.repeat(np.arange(N) % 2, ROWS) == 0, 1, 7)
    days = pl.Series(19_000 + np.tile(np.arange(ROWS), N) * step).cast(pl.Date)
    model = fitted(base().with_columns(days.alias("day")))
    found = model.sample(n_sequences=30).select(pl.col("day").diff().over("who").dt.total_days()).to_series()

    assert any("different times between rows" in note for note in model.notes)
    assert set(found.drop_nulls()) <= set(range(1, 8))


def test_a_row_a_key_is_no_sequence() -> None:
    """A table with a single row for each key is refused and said to be a table."""
    message = refused(base(60, 1), InputRefused)

    assert "single row" in message


def test_one_key_of_few_rows_is_refused() -> None:
    """Ten rows, and nineteen, are too few to learn from; twenty are enough."""
    assert "10 rows" in refused(base(1, 10), InputRefused)
    assert "19 rows" in refused(base(1, 19), InputRefused)
    assert 20 == fitted(base(1, 20)).sample(20).height


def test_one_key_of_many_rows_is_learnt() -> None:
    """A single sequence with a key is learnt, and others with keys of their own are drawn."""
    frame = fitted(base(1, 120)).sample(n_sequences=3)

    assert 3 == frame["who"].n_unique()
    assert "secret000" not in set(frame["who"])


def test_most_keys_with_a_row_are_learnt() -> None:
    """Where most sequences are single rows, others not, both kinds are drawn."""
    table = pl.concat([base(20, ROWS), base(80, 1).with_columns(pl.col("who") + "s")])
    heights = fitted(table).sample(n_sequences=100).group_by("who").len()["len"]

    assert heights.min() == 1
    assert heights.max() > 1  # type: ignore[operator]


def test_times_that_are_none_are_refused() -> None:
    """Texts that are no times are counted, and the first one is named by its row."""
    texts = base().with_columns(pl.col("day").cast(pl.String))
    message = refused(put(texts, 30, "day", "secret time"), InputInvalid)

    assert "'day'" in message
    assert "row 31" in message


@pytest.mark.parametrize("column", ["who", "day"])
def test_missing_keys_and_times_are_refused(column: str) -> None:
    """A row without a key or a time is named by its number."""
    message = refused(put(base(), 25, column, None), InputInvalid)

    assert f"'{column}'" in message
    assert "row 26" in message


def test_only_a_key_and_an_index_are_refused() -> None:
    """A table without a column that changes along a sequence is refused."""
    assert "No column" in refused(base().drop("x"), InputInvalid)


def test_only_context_is_refused() -> None:
    """A table in which all other columns are the same within each sequence is refused."""
    context = base().with_columns(pl.Series("x", np.repeat(np.arange(N), ROWS) % 7))

    assert "No column" in refused(context, InputInvalid)


def test_a_constant_is_no_fault() -> None:
    """A column that is the same in all rows stays so, beside others."""
    frame = fitted(base().with_columns(pl.lit(3).alias("three"))).sample(n_sequences=20)

    assert {3} == set(frame["three"])


def test_context_that_changes_is_refused() -> None:
    """A column told to be context that changes within a sequence is named, with the row."""
    message = refused(base(), InputInvalid, context_columns=["x"])

    assert "'x'" in message
    assert "row 2" in message


@pytest.mark.parametrize(
    ("told", "says"),
    [({"sequence_key": "nobody"}, "nobody"), ({"sequence_index": "never"}, "never"), ({"sequence_key": "day"}, "day")],
)
def test_columns_that_are_not_there_are_refused(told: dict[str, Any], says: str) -> None:
    """A key or an index that is no column, or is told twice, is named."""
    assert f"'{says}'" in refused(base(), InputInvalid, **told)


def test_a_frequency_that_is_not_kept_is_refused() -> None:
    """A row whose time does not keep the frequency that is told is named by its place."""
    moved = put(base(), 14, "day", None).with_columns(pl.col("day").fill_null(pl.lit(18_500).cast(pl.Date)))
    message = refused(moved, InputInvalid, frequency="1bd")

    assert "frequency" in message


def test_an_endless_number_is_no_index() -> None:
    """An index with an infinite number is an error, not a crash."""
    table = base().with_columns(pl.Series("day", np.tile(np.arange(ROWS, dtype=np.float64), N)))
    message = refused(put(table, 14, "day", float("inf")), LookalikeError)

    assert "'day'" in message
    assert "row 15" in message
