"""Tables as people give them: the second table follows what is known of the first."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

import lookalike
from lookalike.data.parameters import TabularParameters
from lookalike.errors import MetadataError, UsageError
from lookalike.tables import conform, given, typed

N = 120
PARAMETERS = TabularParameters()
DAYS = [date(2020, 1, 1) + timedelta(days=i) for i in range(N)]
HEAD = "day,n,share,ok,word\n"


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A CSV file of dates written day first, whole numbers with NA, decimals, booleans, words."""
    rows = [
        f"{d:%d/%m/%Y},{'NA' if i % 10 == 0 else i},{i / 8:.3f},{'True' if i % 3 else 'False'},{'ab'[i % 2]}\n"
        for i, d in enumerate(DAYS)
    ]
    (tmp_path / "real.csv").write_text(HEAD + "".join(rows))
    return tmp_path / "real.csv"


def read(real: Path, text: str) -> pl.DataFrame:
    """A second CSV file, made to conform with the first."""
    other = real.with_name("other.csv")
    other.write_text(text)
    metadata = typed(given(real, PARAMETERS), PARAMETERS)[1]
    return conform(given(other, PARAMETERS), metadata)


FIVE = f"""{HEAD}01/02/2020,NA,0.125,True,a
03/04/2020,3,0.250,False,b
,,,,
05/06/2020,5,1.000,True,b
07/08/2020,4,2.000,False,a
"""


def test_five_rows_follow_the_known_columns(real: Path) -> None:
    """Five rows, whose dates leave day and month open, are read as the first table's columns are."""
    table = read(real, FIVE)
    first = typed(given(real, PARAMETERS), PARAMETERS)[0]

    assert first.schema == table.schema
    assert [date(2020, m, d) if d else None for d, m in ((1, 2), (3, 4), (0, 0), (5, 6), (7, 8))] == table[
        "day"
    ].to_list()
    assert [None, 3, None, 5, 4] == table["n"].to_list()


def test_five_rows_are_judged(real: Path) -> None:
    """Five synthetic rows in a file are judged beside a hundred real ones."""
    read(real, FIVE)
    report = lookalike.evaluate(real, real.with_name("other.csv"))

    assert 5 == report.facts["n_synthetic"]
    assert {"real": "real.csv", "synthetic": "other.csv"} == report.facts["settings"]


def test_a_file_of_parquet_is_compared_with_text(real: Path) -> None:
    """A typed file conforms with what was learnt from text."""
    table = read(real, FIVE)
    table.write_parquet(real.with_name("other.parquet"))
    metadata = typed(given(real, PARAMETERS), PARAMETERS)[1]

    assert table.equals(conform(given(real.with_name("other.parquet"), PARAMETERS), metadata))


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("secret,1,0.125,True,a", "day"),
        ("01/02/2020,secret,0.125,True,a", "n"),
        ("01/02/2020,1,secret,True,a", "share"),
        ("01/02/2020,1,0.125,secret,a", "ok"),
    ],
)
def test_another_type_is_named(real: Path, row: str, column: str) -> None:
    """A cell that is not of the known type is refused by its column and row, and not shown."""
    with pytest.raises(MetadataError, match=rf"Column '{column}' has 1 cells .* in row 6\.") as caught:
        read(real, f"{FIVE}{row}\n")

    assert "secret" not in str(caught.value)


def test_frames_of_another_type_are_refused() -> None:
    """A frame that stores another type under the same name is refused by the column."""
    metadata = typed(given(pl.DataFrame({"a": range(50)}), PARAMETERS), PARAMETERS)[1]
    with pytest.raises(MetadataError, match="column 'a' holds something else") as caught:
        conform(given(pl.DataFrame({"a": ["secret"]}), PARAMETERS), metadata)

    assert "secret" not in str(caught.value)


def test_columns_besides_are_left_out(real: Path) -> None:
    """Columns that the first table has not, and their order, do not matter."""
    table = read(real, "more,word,ok,share,n,day\nx,a,True,0.125,1,01/02/2020\n")

    assert ["day", "n", "share", "ok", "word"] == table.columns


def test_format_of_a_file_without_suffix(real: Path) -> None:
    """A file whose suffix tells nothing is read by the format named, else refused."""
    bare = real.rename(real.with_name("data"))

    assert N == given(bare, PARAMETERS, format_name="csv").frame.height
    with pytest.raises(UsageError, match="format of 'data' is not plain"):
        given(bare, PARAMETERS)


def test_nested_columns_are_made_flat_in_every_table() -> None:
    """What is told to be nested is flat in the first table and in those that conform with it."""
    frame = pl.DataFrame({"a": [{"x": i % 4, "y": [i % 2, 3]} for i in range(N)], "b": ["p", "q"] * (N // 2)})
    parameters = TabularParameters.model_validate_json('{"columns": {"a": {"type": "nested"}}, "seed": 1}')
    first, metadata, _ = typed(given(frame, parameters), parameters)

    assert ("a.x", "a.y.0", "a.y.1", "b") == metadata.names
    assert first.equals(conform(given(frame, parameters), metadata))


def test_a_told_column_is_told_in_every_way_of_giving(real: Path) -> None:
    """`columns` decides in a file as in a frame; a sample of the file keeps it."""
    told = {"word": {"type": "ordered", "levels": ["b", "a"]}, "n": {"type": "categorical"}}
    model = lookalike.TabularSynthesizer(seed=1, columns=told).fit(real)

    assert ("b", "a") == model.metadata["word"].told.levels
    assert ["categorical", pl.Int64] == [model.metadata["n"].type, model.metadata["n"].dtype]
    assert {"a", "b"} == set(model.sample(50)["word"])
