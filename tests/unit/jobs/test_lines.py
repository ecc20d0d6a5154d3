import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.errors import InternalError
from lookalike.jobs.lines import LineReader, LineWriter

objects = st.dictionaries(st.text(max_size=5), st.text(max_size=50) | st.integers(), max_size=5)


@pytest.fixture
def pipe():
    ends = list(os.pipe())
    yield ends
    for end in ends:
        os.close(end)


@given(st.lists(objects, max_size=8))
def test_what_is_written_is_read(values):
    """Objects come out of the pipe as they went in, in order."""
    source, target = os.pipe()
    writer, reader = LineWriter(target), LineReader(source)
    for value in values:
        writer.write(value)
    os.close(target)
    read = reader.read()
    os.close(source)

    assert values == read
    assert reader.ended


def test_a_full_pipe_is_not_waited_for(pipe):
    """What the pipe does not take waits; all of it arrives after the reader has made room."""
    source, target = pipe
    writer, reader = LineWriter(target), LineReader(source)
    value = {"ballast": "x" * 3_000_000}
    writer.write(value)
    read = []

    assert writer.waiting
    while not read:
        read = reader.read()
        writer.flush()
    assert [value] == read
    assert not writer.waiting


def test_part_of_a_line_waits_for_the_rest(pipe):
    """A line is read when its end has arrived, blank lines are nothing."""
    source, target = pipe
    reader = LineReader(source)

    assert reader.read() == []
    os.write(target, b'{"a"')
    assert reader.read() == []
    os.write(target, b': 1}\n\n  \n{"b"')
    assert reader.read() == [{"a": 1}]
    assert not reader.ended


@pytest.mark.parametrize("line", [b"no json\n", b"[1]\n", b"1\n", b"\xff\n", b"{\n"])
def test_what_is_no_object_is_refused(pipe, line):
    """Whatever is no JSON object is our own error, and its text is not repeated."""
    source, target = pipe
    os.write(target, line)
    with pytest.raises(InternalError, match=r"A line is not a JSON object\."):
        LineReader(source).read()


def test_a_reader_that_is_gone_is_not_written_to():
    """Writing to a closed pipe is no error; nothing waits any more."""
    source, target = os.pipe()
    os.close(source)
    writer = LineWriter(target)
    writer.write({"a": 1})
    writer.write({"b": 2})
    os.close(target)

    assert not writer.waiting
