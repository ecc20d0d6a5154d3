"""Small real data for the demo and the tests; see NOTICE for origin and licence."""

from importlib.resources import as_file, files
from pathlib import Path


def path(name: str) -> Path:
    """Where a sample stands, e.g. ``adult.csv`` (4,000 rows, 15 columns, CC BY 4.0)."""
    with as_file(files(__name__).joinpath(name)) as place:
        return place
