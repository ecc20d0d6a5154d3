"""Storage: local files beside obstore's, which all buckets beyond this machine go through, and beside the disk."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import Options
from bench.measuring.files import MIB, Load, disk, read, written
from bench.measuring.markdown import NONE, grid, rate
from bench.measuring.processes import ROOT, say
from bench.measuring.showing import show

ROUNDS = 7
KEPT = ROOT / ".bench"  # on the disk of the project: the one for temporary files may be memory
LARGE = 1024 * MIB
PIECES = (8 * 1024, 64 * 1024, MIB)  # encoders of Parquet write about 8 KiB at a time, of CSV 28, of Arrow all sizes
MEMORY = Path("/dev/shm")  # noqa: S108 - a file system in memory, on Linux


def run(options: Options) -> int:
    """Print the tables, and write them if asked; 1 if that could not be done."""
    return show("storage", _tables, options)


def _tables() -> Iterator[str]:
    KEPT.mkdir(exist_ok=True)
    with TemporaryDirectory(prefix="storage", dir=KEPT) as name:
        yield _writing(Path(name))
        yield _floor(Path(name))
        yield _reading(Path(name))


def _writing(folder: Path) -> str:
    loads = [*(Load(LARGE, piece) for piece in PIECES), Load(16 * MIB, MIB, 32), Load(MIB, MIB, 200)]
    rows = [_beside("disk", load, folder) for load in loads]
    if MEMORY.is_dir():
        with TemporaryDirectory(prefix="bench", dir=MEMORY) as name:
            rows += [_beside("memory, no fsync", Load(LARGE, piece, synced=False), Path(name)) for piece in PIECES]
    titles = ("× obstore, median", "least", "most")
    return grid(("on", "files", "in pieces of", "ours, MB/s", "obstore", "plain file", *titles), rows)


def _beside(where: str, load: Load, folder: Path) -> Sequence[str]:
    say(f"files of {_size(load.size_bytes)} in pieces of {_size(load.piece_bytes)}, {where}")
    found = written(folder, load, ROUNDS)
    return [where, _files(load), _size(load.piece_bytes), *_medians(found), *_ratios(found["ours"], found["obstore"])]


def _floor(folder: Path) -> str:
    """What no way to write a file can be faster than."""
    found = disk(folder, LARGE, ROUNDS)
    cells = [rate(of(found)) for of in (median, min, max)] if found else [NONE] * 3
    return grid(("the disk alone, past the kernel's memory", "median MB/s", "least", "most"), [("1 GiB", *cells)])


def _reading(folder: Path) -> str:
    rows = []
    for piece in PIECES[1:]:
        found = read(folder, Load(LARGE, piece), ROUNDS)
        rows.append((_size(piece), *_medians(found), *_ratios(found["ours"], found["obstore"])))
    titles = ("× obstore, median", "least", "most")
    return grid(("reading 1 GiB in pieces of", "ours, MB/s", "obstore", *titles), rows)


def _medians(found: dict[str, list[float]]) -> list[str]:
    return [rate(median(figures)) for figures in found.values()]


def _ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[str]:
    paired = [one / other for one, other in zip(ours, theirs, strict=True)]
    return [f"{of(paired):.2f}" for of in (median, min, max)]


def _files(load: Load) -> str:
    return f"{load.n_files} x {_size(load.size_bytes)}"


def _size(size_bytes: int) -> str:
    for unit, size in (("GiB", 1024 * MIB), ("MiB", MIB), ("KiB", 1024)):
        if size_bytes >= size:
            return f"{size_bytes // size} {unit}"
    return f"{size_bytes} B"
