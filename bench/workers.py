"""Workers: how much sooner two processes of one thread make rows than one does."""

from collections.abc import Iterator
from statistics import median

from bench import Options
from bench.measuring.markdown import grid
from bench.measuring.showing import show
from bench.serving.workers import Case, Pairs, measured

N_PAIRS = 5
CASES = [
    *(Case(n_rows, "parquet", many=True) for n_rows in (1_000_000, 3_000_000, 10_000_000, 30_000_000)),
    Case(10_000_000, "csv", many=True),
    Case(10_000_000, "parquet", many=False),
]


def run(options: Options) -> int:
    """Print the table, and write it if asked; 1 if that could not be done."""
    return show("workers", _tables, options)


def _tables() -> Iterator[str]:
    titles = ("rows", "format", "objects", "1 worker, median s", "2 workers", "× as fast, median", "least", "most")
    yield grid(titles, [_row(pairs) for pairs in measured(CASES, N_PAIRS)])


def _row(pairs: Pairs) -> list[str]:
    ratios = [one / two for one, two in zip(pairs.one, pairs.two, strict=True)]
    case, seconds = pairs.case, [f"{median(times):.2f}" for times in (pairs.one, pairs.two)]
    told = [f"{of(ratios):.2f}" for of in (median, min, max)]
    return [f"{case.n_rows:,}", case.format, "parts" if case.many else "1", *seconds, *told]
