"""Files whose bytes go to the disk while they are written."""

import random
from pathlib import Path

import pytest

from lookalike.storage.folders import FolderBucket

MIB = 1024 * 1024


@pytest.mark.parametrize("pieces", [[1, 3 * MIB, MIB - 1, 9 * MIB + 7, 0, 5], [4 * MIB] * 3, [8192] * 1100])
def test_pieces_of_any_size(tmp_path: Path, pieces: list[int]) -> None:
    """What is written piece by piece, large and small, is in the file in order, and nothing else."""
    values = [random.Random(number).randbytes(size) for number, size in enumerate(pieces)]
    bucket = FolderBucket("data", tmp_path, ".half")

    with bucket.writer("some/file") as stream:
        for value in values:
            stream.write(value)

    assert b"".join(values) == (tmp_path / "some" / "file").read_bytes()


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """An error after some of the bytes have gone to the disk leaves no file of any name."""
    bucket = FolderBucket("data", tmp_path, ".half")

    with pytest.raises(ZeroDivisionError), bucket.writer("some/file") as stream:
        stream.write(bytes(9 * MIB))
        raise ZeroDivisionError

    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]
