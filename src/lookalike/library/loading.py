"""Model files: whichever kind of model one holds."""

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path

from lookalike import plugins
from lookalike.data.frames import Kind
from lookalike.engines import time_series
from lookalike.engines.tabular.file import kind_of
from lookalike.errors import ModelFileError
from lookalike.library.model import TabularModel
from lookalike.library.time_series import TimeSeriesModel

AnyModel = TabularModel | TimeSeriesModel

_READERS: Mapping[str, Callable[[bytes], AnyModel]] = {
    "tabular model": lambda value: _table("tabular", value),
    "text model": lambda value: _table("text", value),
    "time series model": lambda value: TimeSeriesModel(time_series.Model.from_bytes(value), Kind()),
}


def load(path: str | PathLike[str]) -> AnyModel:
    """
    The model that `save` wrote, or a job, of whichever kind it is; it samples polars frames.

    Raises:
        ModelFileError: not there, damaged, not a model, or of another version.
    """
    try:
        value = Path(path).read_bytes()
    except OSError:
        raise ModelFileError(f"There is no readable file '{path}'.", hint="Check the path.") from None
    return _READERS.get(kind_of(value) or "", _READERS["tabular model"])(
        value
    )  # which says what is wrong with other files


def _table(engine: str, value: bytes) -> TabularModel:
    return TabularModel(engine, plugins.part("lookalike.engines", engine).Model.from_bytes(value), Kind())
