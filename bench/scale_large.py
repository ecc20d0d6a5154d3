"""Scale, the jobs that take long: a hundred million rows in folders, ten million in S3."""

from bench import Options
from bench.measuring.scaling import tables
from bench.measuring.showing import show
from bench.serving.scaled import Case

CASES = [
    *(Case(n_rows, workers) for n_rows in (10_000_000, 100_000_000) for workers in (1, 2)),
    *(Case(10_000_000, workers, far=True) for workers in (1, 2)),  # more does not fit into that server's memory
]


def run(options: Options) -> int:
    """Print the tables, and write them if asked; 1 if that could not be done."""
    return show("scale_large", lambda: tables(CASES), options)
