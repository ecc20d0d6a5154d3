"""What a benchmark prints and writes: when and where it was measured, and its tables."""

import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from bench import Options
from bench.measuring import page
from bench.measuring.judges import NotJudged
from bench.measuring.machine import machine
from bench.measuring.processes import ROOT
from bench.measuring.venvs import NotInstalled
from bench.serving.service import NotMeasured
from lookalike import __version__

PAGE = ROOT / "docs" / "benchmarks.md"


def show(name: str, tables: Callable[[], Iterable[str]], options: Options) -> int:
    """Print the tables, and write them into the document under `name` if asked; 1 if that could not be done."""
    try:
        text = "\n\n".join([_facts(), *tables()])
        print(text)
        if options.write:
            page.put(PAGE, name, text)
    except (NotMeasured, NotInstalled, NotJudged, page.NoPlace) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    return 0


def _facts() -> str:
    return f"Measured {datetime.now(UTC):%Y-%m-%d}: Lookalike {__version__}; {machine()}."
