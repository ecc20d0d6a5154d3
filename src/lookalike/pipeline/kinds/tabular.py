"""Tables: rows that do not depend on each other."""

from typing import TYPE_CHECKING

import polars as pl

from lookalike.data.learnt import learnt_from
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TabularParameters
from lookalike.data.sampling import Keys, at_random
from lookalike.data.split import note, split
from lookalike.pipeline.kinds import Judged, Profile
from lookalike.pipeline.work import Request

if TYPE_CHECKING:
    from lookalike.evaluation.report import Report, ReportSettings


def keys(request: Request, parameters: TabularParameters) -> Keys:
    """See `Kind.keys`: any."""
    return at_random(request.seed)


def keys_by(table: pl.DataFrame, metadata: Metadata, request: Request, parameters: TabularParameters) -> None:
    """See `Kind.keys_by`."""


def profile(table: pl.DataFrame, metadata: Metadata, request: Request, parameters: TabularParameters) -> Profile:
    """See `Kind.profile`: rows split at random."""
    train, holdout = split(table, parameters.holdout_share, request.seed)
    told = note(table.height, parameters.holdout_share)
    return Profile(metadata, train, holdout, (told,) if told else (), {})


def sample(block: pl.DataFrame, most: int, parameters: TabularParameters) -> pl.DataFrame:
    """See `Kind.sample`: the first ones."""
    return block.head(most)


def report(judged: Judged, request: Request, parameters: TabularParameters, settings: "ReportSettings") -> "Report":
    """See `Kind.report`."""
    from lookalike.evaluation.texts.tables import evaluate_table  # those who only look judge nothing

    train = learnt_from(judged.train, parameters.fit_rows, request.seed)
    tables = (train, judged.synthetic, judged.holdout)
    return evaluate_table(*tables, metadata=judged.metadata, seed=request.seed, settings=settings)
