"""The library's door: fit a table or sequences you hold, sample new rows. No service, no files but those you name."""

from lookalike.library.loading import load
from lookalike.library.tabular import TabularModel, TabularSynthesizer
from lookalike.library.time_series import TimeSeriesModel, TimeSeriesSynthesizer

__all__ = ["TabularModel", "TabularSynthesizer", "TimeSeriesModel", "TimeSeriesSynthesizer", "load"]
