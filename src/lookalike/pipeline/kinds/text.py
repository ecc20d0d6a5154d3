"""Texts: records that do not depend on each other, in one column or several, with columns beside them."""

from typing import TYPE_CHECKING

import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.data.parameters import LINE_FORMATS, TextParameters
from lookalike.data.sampling import Keys, at_random
from lookalike.data.split import note_texts, split_texts
from lookalike.data.texts.lines import refuse_lineless
from lookalike.data.texts.roles import find_texts, typed_texts
from lookalike.pipeline.kinds import Judged, Profile
from lookalike.pipeline.work import Request

if TYPE_CHECKING:
    from lookalike.evaluation.report import Report, ReportSettings


def keys(request: Request, parameters: TextParameters) -> Keys:
    """See `Kind.keys`: any."""
    return at_random(request.seed)


def keys_by(table: pl.DataFrame, metadata: Metadata, request: Request, parameters: TextParameters) -> None:
    """See `Kind.keys_by`."""


def profile(table: pl.DataFrame, metadata: Metadata, request: Request, parameters: TextParameters) -> Profile:
    """See `Kind.profile`: rows split at random, so that no text is on both sides."""
    if request.output_format in LINE_FORMATS:
        refuse_lineless(table)
    roles = find_texts(table, metadata, parameters)
    train, holdout = split_texts(table, roles.texts[0], parameters.holdout_share, request.seed)
    told = note_texts(table.height, holdout.height, parameters.holdout_share)
    found = {"text_columns": roles.texts, "attributes": roles.attributes}
    return Profile(typed_texts(metadata, roles), train, holdout, (*roles.why, *([told] if told else [])), found)


def sample(block: pl.DataFrame, most: int, parameters: TextParameters) -> pl.DataFrame:
    """See `Kind.sample`: the first ones."""
    return block.head(most)


def report(judged: Judged, request: Request, parameters: TextParameters, settings: "ReportSettings") -> "Report":
    """See `Kind.report`."""
    from lookalike.evaluation.texts.tables import evaluate_text_table  # those who only look judge nothing

    tables = (judged.train, judged.synthetic, judged.holdout)
    return evaluate_text_table(
        tables, metadata=judged.metadata, parameters=parameters, seed=request.seed, settings=settings
    )
