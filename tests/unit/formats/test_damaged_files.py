"""Damaged files of every format: no crash, no hang, not much memory; an error of ours, without a cell of the file."""

import io
import json
import select
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lookalike import plugins
from lookalike.data.inference import infer
from lookalike.data.parameters import LINE_FORMATS
from lookalike.formats import WriteOptions, compressed, load

READING = Path(__file__).with_name("reading.py")
PATIENCE_S = 30
MEMORY_MAX_BYTES = 1 << 30  # Python and its libraries hold a sixth of it
FUZZ = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))

FORMATS = plugins.names("lookalike.formats")
COMPRESSIONS = (None, "gz", "zst")
CANARIES = ("zebra", "finch", "8642")
N_ROWS = 40
TABLE = pl.DataFrame(
    {
        "bird": [f"zebra{'aeiou'[i % 5]}finch" for i in range(N_ROWS)],
        "weight": [8642 * 10_000 + i * i for i in range(N_ROWS)],
        "ratio": [None if i % 7 == 0 else 86.42 + i for i in range(N_ROWS)],
        "seen": [date(2026, 1, 1) + timedelta(days=i) for i in range(N_ROWS)],
        "ringed": [i % 3 == 0 for i in range(N_ROWS)],
    }
)
NOISE = (
    st.binary(min_size=1, max_size=16)
    | st.sampled_from([b"\xff" * 4, b"\xff" * 8, b"\0" * 8, b"\xff\xff\xff\x7f", b"\x80\x80\x80\x80\x10"])
    | st.text('[]{}",:;\\\r\n\t -+.eE0123456789ntfu\ufeffé', min_size=1, max_size=8).map(str.encode)
)


class Reader:
    """The process that reads; another one once it is gone."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.process: subprocess.Popen[str] | None = None

    def read(self, name: str, compression: str | None, data: bytes) -> dict[str, Any]:
        """What came of it, with all that was shown on the way."""
        process = self.process = self.process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        begun = self.log.stat().st_size
        asked = {"format": name, "compression": compression, "data": b64encode(data).decode()}
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        ready = select.select([process.stdout], [], [], PATIENCE_S)[0]
        line = process.stdout.readline() if ready else ""
        if not line:
            self.stop()
        assert line, "it crashed" if ready else "it hung"
        answer = json.loads(line)
        return {**answer, "shown": answer["shown"] + self.log.read_bytes()[begun:].decode(errors="replace")}

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def _start(self) -> "subprocess.Popen[str]":
        pipe, command = subprocess.PIPE, [sys.executable, str(READING)]
        with self.log.open("w") as log:
            return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, text=True)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    own = Reader(tmp_path_factory.mktemp("reader") / "log")
    yield own
    own.stop()


def written(name: str) -> bytes:
    stream = io.BytesIO()
    table = TABLE.select(text="bird") if name in LINE_FORMATS else TABLE
    load(name).write(iter([table]), infer(table, textual=False)[1], stream, WriteOptions())
    return stream.getvalue()


def packed(data: bytes, compression: str | None) -> bytes:
    stream = io.BytesIO()
    with compressed(stream, compression) as target:
        target.write(data)
    return stream.getvalue()


@st.composite
def mutated(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes after some of them were overwritten, put in, taken out or repeated."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        to = min(len(data), at + draw(st.integers(0, 64) | st.integers(0, len(data))))
        noise = draw(NOISE)
        changes = [(at, noise, at + len(noise)), (at, noise, at), (at, b"", to), (to, b"", at)]
        before, put, after = draw(st.sampled_from(changes))
        data = data[:before] + put + data[after:]
    return data


def faults(answer: dict[str, Any]) -> list[str]:
    """What is wrong with how a file was read: an error that is not ours, much memory, cells that were shown."""
    found = [] if answer["error"] in (None, "InputInvalid", "InputRefused") else [answer["error"]]
    if answer["peak_bytes"] >= MEMORY_MAX_BYTES:
        found.append(f"{answer['peak_bytes']} bytes")
    return found + [canary for canary in CANARIES if canary in answer["shown"]]


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("name", FORMATS)
def test_the_file_itself_is_read(reader: Reader, name: str, compression: str | None) -> None:
    """What is damaged below is a good file."""
    assert reader.read(name, compression, packed(written(name), compression))["error"] is None


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("name", FORMATS)
@FUZZ
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused(
    reader: Reader, name: str, compression: str | None, data: st.DataObject
) -> None:
    """A file that was damaged before or after it was compressed is a table, or an error of ours without its cells."""
    plain = written(name)
    kept = plain.find(b"\n") if name == "csv" else 0  # what stands in a header is a name, and may be told
    if data.draw(st.booleans()):
        damaged = packed(plain[:kept] + data.draw(mutated(plain[kept:])), compression)
    else:
        damaged = data.draw(mutated(packed(plain, compression)))

    assert [] == faults(reader.read(name, compression, damaged))


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("name", FORMATS)
@FUZZ
@given(magic=st.sampled_from([b"", b"PAR1", b"ARROW1\0\0", b"\xff\xff\xff\xff", b"[{", b'{"']), data=st.data())
def test_other_bytes_are_refused(
    reader: Reader, name: str, compression: str | None, magic: bytes, data: st.DataObject
) -> None:
    """Bytes that are no such file, behind the beginning of one, are a table, or an error of ours."""
    rest = data.draw(st.binary(max_size=200) | st.binary(max_size=200).map(lambda noise: noise + magic))

    assert [] == faults(reader.read(name, compression, packed(magic + rest, compression)))
