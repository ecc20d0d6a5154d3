"""Scale, the jobs that take long: up to a hundred million rows, in folders and in S3."""

from bench import Options
from bench.measuring.scaling import tables
from bench.measuring.showing import show
from bench.serving.scaled import Case

CASES = [
    Case(n_rows, workers, far=far)
    for far in (False, True)
    for n_rows in (10_000_000, 100_000_000)
    for workers in (1, 2)
]


def run(options: Options) -> int:
    """Print the tables, and write them if asked; 1 if that could not be done."""
    return show("scale_large", lambda: tables(CASES), options)
