"""Scale: whole jobs of millions of rows, from bucket to bucket; `scale_large` has those of a hundred million."""

from bench import Options
from bench.measuring.scaling import tables
from bench.measuring.showing import show
from bench.serving.scaled import Case

CASES = [
    *(Case(n_rows, workers) for n_rows in (1_000_000, 10_000_000) for workers in (1, 2)),
    *(Case(1_000_000, workers, far=True) for workers in (1, 2)),
    Case(1_000_000, 1, format="csv"),
]


def run(options: Options) -> int:
    """Print the tables, and write them if asked; 1 if that could not be done."""
    return show("scale", lambda: tables(CASES), options)
