"""CSV: what counts as missing, which delimiter it is, how cells are spelled and quoted."""

import io

import polars as pl
import pytest

from lookalike.data.inference import infer
from lookalike.data.metadata import Column, ColumnType, Metadata, TextForm
from lookalike.errors import MetadataError, ValidationError
from lookalike.formats import ReadOptions, WriteOptions, read
from lookalike.formats.csv import write


def cells(data: bytes, **options: str) -> list[tuple[str | None, ...]]:
    return read("csv", io.BytesIO(data), ReadOptions(**options)).rows()


def text(frame: pl.DataFrame, metadata: Metadata, **options: object) -> str:
    stream = io.BytesIO()
    write([frame], metadata, stream, WriteOptions(**options))  # type: ignore[arg-type]
    return stream.getvalue().decode()


def again(data: str, *, null: str | None = None) -> str:
    frame = read("csv", io.BytesIO(data.encode()), ReadOptions(null=null))
    return text(*infer(frame, textual=True, null=null))


def words(name: str, *levels: str | None, null: str = "") -> tuple[pl.DataFrame, Metadata]:
    column = Column(name, ColumnType.CATEGORICAL, pl.String(), TextForm(null))
    return pl.DataFrame({name: levels}, schema={name: pl.String}), Metadata((column,))


def test_empty_cell_is_missing_and_quoted_empty_is_text() -> None:
    """An unquoted empty cell is null, a quoted one is the empty text."""

    assert [("x", None), ("", "y")] == cells(b'a,b\nx,\n"",y\n')


def test_null_token_is_missing_unless_quoted() -> None:
    """The null token is null where it stands unquoted, and text where it is quoted or part of a cell."""
    rows = cells(b'a,b\nNA,"NA"\n"x,""NA""",NAN\n"NA",\n', null="NA")

    assert [(None, "NA"), ('x,"NA"', "NAN"), ("NA", None)] == rows


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(delimiter: str) -> None:
    """Comma, semicolon, tab and bar are found though cells hold the other ones."""
    others = ",;\t|".replace(delimiter, "")
    data = delimiter.join("abc") + "\n" + delimiter.join([others, "1,5", f'"{delimiter}"']) + "\n"
    rows = cells(data.encode()) if delimiter != "," else cells(data.replace("1,5", "1").encode())

    assert 3 == len(rows[0])
    assert delimiter == rows[0][2]


def test_one_column_without_delimiter() -> None:
    """Text without any delimiter is one column in which a blank line is a missing cell."""

    assert [("x",), (None,), ("y",), (None,)] == cells(b"a\nx\n\ny\n\n")


@pytest.mark.parametrize("data", [b"a,b\r\n1,x\r\n2,y\r\n", b"\xef\xbb\xbfa,b\n1,x\n2,y", b"a,b\n1,x\n2,y\n\n\n"])
def test_line_ends_and_byte_order_mark(data: bytes) -> None:
    """CRLF, a byte order mark, a missing last newline and blank lines at the end change nothing."""

    assert [("1", "x"), ("2", "y")] == cells(data)


CANONICAL = {
    "integers": ["1", "-20", "0", ""],
    "fixed decimals": ["1.50", "-0.25", "0.00", "12.75"],
    "decimals": ["1.5", "0.25", "-3.0", "1e-7"],
    "whole among decimals": ["1", "2.5", "-3", "0.125"],
    "leading zeros": ["007", "010", "123", "000"],
    "signs and spaces": ["+5", " 5", "5 ", "5"],
    "truth": ["true", "false", "", "true"],
    "Truth": ["True", "False", "", "True"],
    "yes": ["yes", "no", "", "yes"],
    "ISO dates": ["2020-01-31", "1999-12-01", "", "0987-01-01"],
    "day first": ["31/01/2020", "01/02/2020", "", "13/12/1999"],
    "stamps": ["2020-01-31T10:00:00Z", "2020-01-31T10:00:59Z", "", "2021-01-31T23:00:00Z"],
    "offset": ["2020-01-31 10:00:00+02:00", "2020-01-31 10:00:59+02:00", "", "2021-01-31 23:00:00+02:00"],
    "fraction": ["2020-01-31 10:00:00.120", "2020-01-31 10:00:59.000", "", "2021-01-31 23:00:00.999"],
    "times": ["10:00", "23:59", "", "00:00"],
    "numbers with NA": ["1", "NA", "3", "4"],
    "no dates": ["0000-00-00", "9999-99-99", "99999-01-01", "2020-01-01"],
    "quotes": ['"a,b"', '"c""d"', '"e\nf"', '""'],
    "letters": ["é", "日本", "🙂", ""],
}


@pytest.mark.parametrize("kind", CANONICAL)
def test_canonical_text_comes_back_byte_for_byte(kind: str) -> None:
    """Reading, inferring types and writing again gives the same bytes."""
    data = "a,b\n" + "".join(f"{cell},{i}\n" for i, cell in enumerate(CANONICAL[kind] * 6))

    assert data == again(data)


def test_given_null_token_comes_back() -> None:
    """With a null token named, missing cells are written by it and equal text is quoted."""
    data = "a,b\n" + '1,x\n?,"?"\n3,?\n' * 8

    assert data == again(data, null="?")


def test_missing_cells_by_column_token() -> None:
    """A missing cell is written as the token of its own column, and the same text is quoted."""

    assert 'a\nNA\n"NA"\nx\n""\n' == text(*words("a", None, "NA", "x", "", null="NA"))


def test_safe_neutralises_formulas() -> None:
    """With `safe`, text that a spreadsheet would run begins with an apostrophe; without, it is as it was."""
    table = words("a", "=1+1", "+1", "-1", "@x", "\tx", "\rx", "x=1", None)

    assert "a\n'=1+1\n'+1\n'-1\n'@x\n'\tx\n\"'\rx\"\nx=1\n\n" == text(*table, safe=True)
    assert text(*table).startswith("a\n=1+1\n")


def test_negative_numbers_are_no_formulas() -> None:
    """`safe` leaves numbers alone."""
    frame = pl.DataFrame({"n": [-1] * 20})

    assert "'" not in text(*infer(frame, textual=False), safe=True)


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n", "a", "1", ".", "-", "é"])
def test_impossible_delimiters_are_refused(delimiter: str) -> None:
    """A delimiter that could stand in a number or a quote is refused on both ways."""
    with pytest.raises(ValidationError):
        text(*words("a", "x"), delimiter=delimiter)
    if delimiter:
        with pytest.raises(ValidationError):
            cells(b"a\nx\n", delimiter=delimiter)


def test_null_token_with_delimiter_is_refused() -> None:
    """A null token that would need quotes could not be read back."""
    with pytest.raises(MetadataError, match="'a'"):
        text(*words("a", None, null="n,a"))
