"""The law of spelling: a column of text that gets a type is written again as it was."""

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lookalike.data.metadata import Column, ColumnType
from lookalike.data.spelling import Reading, recognise, spell

NUMBER = st.from_regex(r"\A-?[0-9]{1,4}(\.[0-9]{1,4})?(e-?[0-9]{1,2})?\Z")
DATE = st.dates().map(str)
STAMP = st.datetimes().map(lambda d: d.isoformat(sep=" "))
ODD = st.text("0123456789.-+eE NA/:TZ", max_size=10)
TOKEN = st.sampled_from(["", "NA", "-", "true", "false"])
WIDE = st.integers(-(10**20), 10**20).map(str)
CELLS = st.one_of(*(st.lists(s | TOKEN | st.none(), min_size=1, max_size=40) for s in (NUMBER, DATE, STAMP, ODD, WIDE)))


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells=CELLS)
def test_typed_text_is_written_as_it_was(cells: list[str | None]) -> None:
    """Cells of a typed column come back letter for letter; decimals of mixed length come back as the same number."""
    text = pl.Series("c", cells, dtype=pl.String)
    read = recognise(text)
    if not isinstance(read, Reading):
        return
    column = Column("c", read.type, read.values.dtype, read.text)
    again = read.values.alias("c").to_frame().select(spell(column).alias("c"))["c"]
    kept = text.is_not_null() & again.is_not_null()
    if read.type is ColumnType.DECIMAL and read.text.decimals is None:
        text, again = text.cast(pl.Float64, strict=False), again.cast(pl.Float64)

    assert text.filter(kept).to_list() == again.filter(kept).to_list()


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(cells=CELLS)
def test_only_tokens_become_missing(cells: list[str | None]) -> None:
    """What a typed column loses to null is spelled by tokens of missing cells, never by numbers or dates."""
    text = pl.Series("c", cells, dtype=pl.String)
    read = recognise(text)
    if isinstance(read, Reading):
        lost = set(text.filter(read.values.is_null()).to_list()) - {None, "", "NA", "-"}

        assert lost <= {read.text.null}
