"""Files written and read in pieces: by our local bucket, by obstore's local store, and by nothing but the kernel."""

import mmap
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import obstore
from obstore.store import LocalStore

from lookalike.storage.folders import FolderBucket

MIB = 1024 * 1024
_DIRECT_BYTES = 8 * MIB


@dataclass(frozen=True)
class Load:
    """
    What is written: so many files of one size, each in pieces of another.

    Attributes:
        synced: obstore's files, and the plain ones, are had on the disk when they are whole; ours are always.
    """

    size_bytes: int
    piece_bytes: int
    n_files: int = 1
    synced: bool = True

    @property
    def megabytes(self) -> float:
        return self.size_bytes * self.n_files / 1e6


@dataclass(frozen=True)
class Writers:
    """Ways to write a file of a load, whose pieces are all the same, into a folder."""

    folder: Path
    load: Load
    piece: bytes

    def ways(self) -> Mapping[str, Callable[[str], None]]:
        """A way to write one file, for each who."""
        return {"ours": self._ours, "obstore": self._obstore, "plain": self._plain}

    def _pieces(self) -> Iterator[bytes]:
        return (self.piece for _ in range(self.load.size_bytes // self.load.piece_bytes))

    def _ours(self, name: str) -> None:
        with FolderBucket("bench", self.folder, ".half").writer(f"ours/{name}") as stream:
            for piece in self._pieces():
                stream.write(piece)

    def _obstore(self, name: str) -> None:
        """obstore waits for no disk, so that is done behind it."""
        sink = obstore.open_writer(LocalStore(self.folder), f"obstore/{name}")
        for piece in self._pieces():
            sink.write(piece)
        sink.close()
        self._settle(self.folder / "obstore" / name)

    def _plain(self, name: str) -> None:
        """Written under its own name: half there while it is written."""
        path = self.folder / "plain" / name
        path.parent.mkdir(exist_ok=True)
        with path.open("wb", buffering=MIB) as stream:
            for piece in self._pieces():
                stream.write(piece)
        self._settle(path)

    def _settle(self, path: Path) -> None:
        if self.load.synced:
            for place in (path, path.parent):
                handle = os.open(place, os.O_RDONLY)
                os.fsync(handle)
                os.close(handle)


def written(folder: Path, load: Load, rounds: int) -> dict[str, list[float]]:
    """MB/s of each way to write, a figure a round; they take turns, and who begins does too."""
    ways = list(_writers(folder, load).ways().items())
    found: dict[str, list[float]] = {name: [] for name, _ in ways}
    for number in range(rounds):
        turn = number % len(ways)
        for name, write in [*ways[turn:], *ways[:turn]]:
            found[name].append(load.megabytes / _timed(write, load.n_files))
            for place in (folder / name).iterdir():
                place.unlink()
            os.sync()  # what one left to do must not be done in the time of the next
    return found


def _writers(folder: Path, load: Load) -> Writers:
    return Writers(folder, load, os.urandom(load.piece_bytes))


def _timed(write: Callable[[str], None], n_files: int) -> float:
    begun = time.perf_counter()
    for number in range(n_files):
        write(f"{number}")
    return time.perf_counter() - begun


def disk(folder: Path, size_bytes: int, rounds: int) -> list[float]:
    """MB/s of the disk alone: past the kernel's memory, into a file that has its place already; empty if it cannot."""
    if not hasattr(os, "O_DIRECT"):
        return []
    path, found = folder / "direct", list[float]()
    with mmap.mmap(-1, _DIRECT_BYTES) as aligned:
        aligned.write(os.urandom(_DIRECT_BYTES))
        for _ in range(rounds + 1):
            found.append(size_bytes / 1e6 / _direct(path, aligned, size_bytes // _DIRECT_BYTES))
    path.unlink()
    return found[1:]  # the first finds its place


def _direct(path: Path, piece: mmap.mmap, n_pieces: int) -> float:
    begun = time.perf_counter()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_DIRECT)
    for _ in range(n_pieces):
        os.write(handle, piece)
    os.fsync(handle)
    os.close(handle)
    return time.perf_counter() - begun


def read(folder: Path, load: Load, rounds: int) -> dict[str, list[float]]:
    """MB/s of reading a file, from the kernel's memory, in pieces: a figure a round, in turns."""
    _writers(folder, load).ways()["ours"]("read")
    found: dict[str, list[float]] = {"ours": [], "obstore": []}
    for _ in range(rounds):
        for name, source in (("ours", _our_reader), ("obstore", _their_reader)):
            begun = time.perf_counter()
            source(folder, load.piece_bytes)
            found[name].append(load.megabytes / (time.perf_counter() - begun))
    return found


def _our_reader(folder: Path, piece_bytes: int) -> None:
    with FolderBucket("bench", folder, ".half").open("ours/read") as stream:
        while stream.read(piece_bytes):
            pass


def _their_reader(folder: Path, piece_bytes: int) -> None:
    stream = obstore.open_reader(LocalStore(folder), "ours/read")
    while stream.read(piece_bytes):
        pass
