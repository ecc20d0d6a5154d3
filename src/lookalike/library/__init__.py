"""The library's door: fit tables, sequences or texts, sample new ones. No service, no files but those you name."""

from lookalike.library.loading import load
from lookalike.library.model import TabularModel
from lookalike.library.tabular import TabularSynthesizer
from lookalike.library.text import TextModel, TextSynthesizer
from lookalike.library.time_series import TimeSeriesModel, TimeSeriesSynthesizer

__all__ = [
    "TabularModel",
    "TabularSynthesizer",
    "TextModel",
    "TextSynthesizer",
    "TimeSeriesModel",
    "TimeSeriesSynthesizer",
    "load",
]
