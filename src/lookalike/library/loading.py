"""Model files: whichever kind of model one holds."""

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path

from lookalike import plugins
from lookalike.data.frames import Kind
from lookalike.engines import tabular, time_series
from lookalike.engines.tabular.file import kind_of
from lookalike.errors import ModelFileError
from lookalike.library.tabular import TabularModel
from lookalike.library.text import TextModel
from lookalike.library.time_series import TimeSeriesModel

AnyModel = TabularModel | TextModel | TimeSeriesModel

_READERS: Mapping[str, Callable[[bytes], AnyModel]] = {
    "tabular model": lambda value: TabularModel(tabular.Model.from_bytes(value), Kind()),
    "text model": lambda value: TextModel(plugins.part("lookalike.engines", "text").Model.from_bytes(value), Kind()),
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
