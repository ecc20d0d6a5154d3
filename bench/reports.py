"""Reports: what judging rows costs beside learning and drawing them, and how much memory it takes of a million."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import Options
from bench.measuring.markdown import grid
from bench.measuring.showing import show
from bench.serving import staged
from lookalike import TabularSynthesizer, samples

N_LARGE = 1_000_000
STAGES = ("ingest", "profile", "fit", "generate", "evaluate", "publish")
PEAK = (
    "import resource, sys; from lookalike import evaluate; evaluate(*sys.argv[1:]); "
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def run(options: Options) -> int:
    """Print the tables, and write them if asked; 1 if that could not be done."""
    return show("reports", _tables, options)


def _tables() -> Iterator[str]:
    jobs = staged.measured("sqlite")
    ratios = [job["evaluate"] / (job["fit"] + job["generate"]) for job in jobs]
    yield grid(
        ("stage, 25,000 x 15", "median s", "most s"),
        [(name, *(f"{of([job[name] for job in jobs]):.2f}" for of in (median, max))) for name in STAGES],
    )
    yield grid(
        ("evaluate, × fit and generate", "median", "least", "most"),
        [("of the same job", *(f"{of(ratios):.2f}" for of in (median, min, max)))],
    )
    yield grid(("rows judged", "beside", "held back", "peak, MB"), [("1,000,000", "1,000,000", "100,000", _peak())])


def _peak() -> str:
    """Of a process that reads three tables of Parquet and judges one of them."""
    model = TabularSynthesizer(seed=1).fit(samples.path("adult.csv"))
    with TemporaryDirectory() as folder:
        paths = [str(Path(folder) / f"{seed}.parquet") for seed in range(3)]
        for seed, (path, n_rows) in enumerate(zip(paths, (N_LARGE, N_LARGE, N_LARGE // 10), strict=True)):
            model.sample(n_rows, seed=seed).write_parquet(path)
        told = subprocess.run([sys.executable, "-c", PEAK, *paths], check=True, capture_output=True, text=True)
    return f"{int(told.stdout) / 1024:,.0f}"
