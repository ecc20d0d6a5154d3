"""Lookalike learns from a sample of data and makes more that looks like it, without exposing people."""

from typing import TYPE_CHECKING, Any

from lookalike.version import VERSION

if TYPE_CHECKING:
    from lookalike.evaluation.report import Report
    from lookalike.judging import evaluate
    from lookalike.library import (
        TabularModel,
        TabularSynthesizer,
        TextModel,
        TextSynthesizer,
        TimeSeriesModel,
        TimeSeriesSynthesizer,
        load,
    )

__version__ = VERSION
__all__ = [
    "Report",
    "TabularModel",
    "TabularSynthesizer",
    "TextModel",
    "TextSynthesizer",
    "TimeSeriesModel",
    "TimeSeriesSynthesizer",
    "__version__",
    "evaluate",
    "load",
]

_PLACES = {
    "Report": "lookalike.evaluation.report",
    "TabularModel": "lookalike.library",
    "TabularSynthesizer": "lookalike.library",
    "TextModel": "lookalike.library",
    "TextSynthesizer": "lookalike.library",
    "TimeSeriesModel": "lookalike.library",
    "TimeSeriesSynthesizer": "lookalike.library",
    "evaluate": "lookalike.judging",
    "load": "lookalike.library",
}


def __getattr__(name: str) -> Any:
    """Public names are loaded when used: importing the package costs nothing."""
    if name not in _PLACES:
        raise AttributeError(f"module 'lookalike' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
