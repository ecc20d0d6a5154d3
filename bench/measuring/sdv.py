"""What the synthesizers of SDV share."""

from typing import Any

from bench.peers import Kinds, Needs

TABLE = "table"
NEEDS = Needs(
    venv="sdv",
    steps=(("torch==2.13.0",), ("sdv==2.0.0", "pyarrow")),
    packages=("sdv", "ctgan", "copulas", "torch"),
)
_SDTYPES = {"category": "categorical", "boolean": "boolean", "integer": "numerical", "decimal": "numerical"}


def metadata(kinds: Kinds) -> Any:
    """The types of a table's columns, in SDV's words."""
    from sdv.metadata import Metadata  # type: ignore[import-not-found]

    columns = {name: {"sdtype": _SDTYPES[kind]} for name, kind in kinds.items()}
    return Metadata.load_from_dict({"tables": {TABLE: {"columns": columns}}})
