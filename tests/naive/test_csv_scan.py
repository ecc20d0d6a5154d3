"""The slow twin of the CSV scan: Python's own csv module, a record at a time."""

import csv
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.errors import InputInvalid
from lookalike.formats import _csv_scan
from lookalike.formats._csv_scan import scan
from lookalike.formats._text import Text

CELL = st.text('ab,;\n\r"é', max_size=5)
TABLE = st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=6))


def naive(text: str) -> tuple[int, set[int]]:
    """Number of records and the numbers of cells in them."""
    records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    return len(records), {len(record) for record in records}


@settings(max_examples=300, deadline=None)
@given(table=TABLE, end=st.sampled_from(["\n", "\r\n"]), chunk=st.integers(1, 9))
def test_records_are_counted_as_csv_does(table: list[list[str]], end: str, chunk: int) -> None:
    """For well-formed files the scan counts the records that Python's csv module reads, wherever chunks are cut."""
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(table)
    size, _csv_scan._CHUNK_BYTES = _csv_scan._CHUNK_BYTES, chunk
    try:
        found = scan(Text(stream.getvalue().encode()), ",").n_records
    finally:
        _csv_scan._CHUNK_BYTES = size

    assert naive(stream.getvalue())[0] == found


@settings(max_examples=500, deadline=None)
@given(text=st.text('a,\n"', min_size=1, max_size=14).map(lambda t: "a,b\n" + t), chunk=st.integers(1, 9))
def test_what_passes_is_what_csv_reads(text: str, chunk: int) -> None:
    """A file that passes the scan is one that Python's strict csv module reads, with the same even records."""
    size, _csv_scan._CHUNK_BYTES = _csv_scan._CHUNK_BYTES, chunk
    try:
        found = scan(Text(text.encode()), ",").n_records
    except InputInvalid:
        return
    finally:
        _csv_scan._CHUNK_BYTES = size

    assert (found, {2}) == naive(text.rstrip("\n"))
