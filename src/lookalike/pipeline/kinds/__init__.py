"""
What a job's stages do by the data type, a file each: how its table is profiled and split, and how its rows are judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

import polars as pl

from lookalike import plugins
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import Parameters, parse
from lookalike.data.sampling import Keys
from lookalike.pipeline.work import Request

if TYPE_CHECKING:  # loading it takes half a second, and those who draw judge nothing
    from lookalike.evaluation.report import Report, ReportSettings


@dataclass(frozen=True)
class Profile:
    """
    What was found of a table.

    Attributes:
        train, holdout: Its rows.
        notes: Sentences for the report.
        told: What was found of the parameters that were left out: JSON.
    """

    metadata: Metadata
    train: pl.DataFrame
    holdout: pl.DataFrame
    notes: tuple[str, ...]
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Judged:
    """What a report is about: the rows learnt from, some of those drawn, and those held back."""

    metadata: Metadata
    train: pl.DataFrame
    synthetic: pl.DataFrame
    holdout: pl.DataFrame


class Kind(Protocol):
    """A data type; the functions stand in its file."""

    def keys(self, request: Request, parameters: Any, /) -> Keys:
        """Which rows are looked at of a table that has more."""

    def keys_by(self, table: pl.DataFrame, metadata: Metadata, request: Request, parameters: Any, /) -> Keys | None:
        """The same, better known from the rows that `keys` chose; None if those will do."""

    def profile(self, table: pl.DataFrame, metadata: Metadata, request: Request, parameters: Any, /) -> Profile:
        """The table's rows apart, and what there is to know of its columns."""

    def sample(self, block: pl.DataFrame, most: int, parameters: Any, /) -> pl.DataFrame:
        """About `most` rows of a block that can be judged by themselves; `parameters` with all that was found."""

    def report(self, judged: Judged, request: Request, parameters: Any, settings: "ReportSettings", /) -> "Report":
        """The report; `parameters` with all that was found."""


def kind(data_type: str) -> Kind:
    """The kind of a data type."""
    return cast(Kind, plugins.part("lookalike.pipeline.kinds", data_type))


def known(data_type: str, parameters: Mapping[str, Any], told: Mapping[str, Any]) -> Parameters:
    """The parameters with what was found of those left out."""
    return parse(data_type, {**parameters, **told})
