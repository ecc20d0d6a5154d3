"""Small real data for the demo and the tests; see NOTICE for origin and licence."""

from importlib.resources import as_file, files
from pathlib import Path


def path(name: str) -> Path:
    """
    Where a sample stands.

    ``adult.csv``: 4,000 people, CC BY 4.0; ``storms.csv``: 150 storms, public domain; ``banking77.csv``: 4,000
    questions to a bank, CC BY 4.0.
    """
    with as_file(files(__name__).joinpath(name)) as place:
        return place
