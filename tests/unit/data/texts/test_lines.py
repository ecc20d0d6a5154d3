"""What a line has room for."""

import io

import polars as pl
import pytest

from lookalike.data.metadata import Column, ColumnType, Metadata
from lookalike.data.texts.lines import refuse_lineless
from lookalike.errors import InputRefused
from lookalike.formats import WriteOptions, txt


def test_texts_without_line_ends_fit() -> None:
    """One column does, whatever stands in it but a line end, missing texts too: it is written a line each."""
    for cells, lines in ((["x\u2028y", None, ""], "x\u2028y\n\n\n"), (["1", "2"], "1\n2\n")):
        table, stream = pl.DataFrame({"a": cells}), io.BytesIO()
        refuse_lineless(table)
        txt.write([table], Metadata((Column("a", ColumnType.TEXT, pl.String()),)), stream, WriteOptions())

        assert lines == stream.getvalue().decode()


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_line_ends_do_not(end: str) -> None:
    """The column, how many texts and the first row are told, and no text."""
    table = pl.DataFrame({"a": ["x", f"secret{end}", f"{end}y"]})
    with pytest.raises(InputRefused, match="'a' has 2 texts with a line end inside, the first in row 2;") as caught:
        refuse_lineless(table)

    assert "secret" not in str(vars(caught.value))


def test_tables_do_not() -> None:
    """Several columns are refused with their number."""
    with pytest.raises(InputRefused, match="has 2 columns, and a line has room for one"):
        refuse_lineless(pl.DataFrame({"a": ["x"], "b": ["y"]}))
