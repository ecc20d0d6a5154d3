"""Time series: rows that are steps of sequences, or, in a wide table, whole sequences."""

from typing import TYPE_CHECKING

import polars as pl

from lookalike.data.inference import chosen
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sampling import Keys, at_random, first_ones, last_ones, whole_groups
from lookalike.data.sequences.arranging import in_time
from lookalike.data.sequences.learnt import learnt_rows
from lookalike.data.sequences.roles import IN_ORDER, find_roles, typed_roles
from lookalike.data.sequences.wide import molten
from lookalike.data.split import note, note_sequences, split, split_sequences
from lookalike.pipeline.kinds import Judged, Profile
from lookalike.pipeline.work import Request

if TYPE_CHECKING:
    from lookalike.evaluation.report import Report, ReportSettings


def keys(request: Request, parameters: TimeSeriesParameters) -> Keys:
    """See `Kind.keys`: rows of a wide table, which are sequences; else whole sequences, once it is known which."""
    return at_random(request.seed) if parameters.layout == "wide" else first_ones


def keys_by(table: pl.DataFrame, metadata: Metadata, request: Request, parameters: TimeSeriesParameters) -> Keys | None:
    """See `Kind.keys_by`: whole sequences; of one series the last rows."""
    if parameters.layout == "wide":
        return None
    roles = find_roles(table, metadata, parameters)
    if not roles.key:
        return last_ones
    of_rows = whole_groups(roles.key, request.seed)
    return lambda piece, first: of_rows(chosen(piece, (), parameters.told_columns), first)


def profile(table: pl.DataFrame, metadata: Metadata, request: Request, parameters: TimeSeriesParameters) -> Profile:
    """See `Kind.profile`: whole sequences split at random; of one series its end."""
    share = parameters.holdout_share
    if parameters.layout == "wide":
        told = note(table.height, share)
        return Profile(metadata, *split(table, share, request.seed), (told,) if told else (), {})
    roles = find_roles(table, metadata, parameters)
    order = in_time(table, roles.index)
    train, holdout = split_sequences(table, roles.key, share, request.seed, order=order)
    told = note_sequences(table, roles.key, share)
    found = {"sequence_key": roles.key, "sequence_index": roles.index or IN_ORDER, "context_columns": roles.context}
    known = typed_roles(metadata, roles, table, parameters.columns)
    return Profile(known, train, holdout, (*roles.why, *([told] if told else [])), found)


def sample(block: pl.DataFrame, most: int, parameters: TimeSeriesParameters) -> pl.DataFrame:
    """See `Kind.sample`: the sequences that end within the first `most` rows, or the first one if that is longer."""
    key = list(parameters.sequence_key or ())
    if block.height <= most or not key:
        return block.head(most)
    runs = block.select(pl.struct(key).rle_id()).to_series()
    cut = runs[most]  # the sequence of the first row that is too many
    return block.filter(runs < max(cut, 1))


def report(judged: Judged, request: Request, parameters: TimeSeriesParameters, settings: "ReportSettings") -> "Report":
    """See `Kind.report`."""
    from lookalike.evaluation.sequences.report import (  # those who only look judge nothing
        SequenceColumns,
        evaluate_sequences,
    )

    given = (learnt_rows(judged.train, parameters, request.seed), judged.synthetic, judged.holdout)
    (train, synthetic, holdout), metadata, told = molten(given, judged.metadata, parameters)
    columns = SequenceColumns(metadata, told.sequence_key or (), told.sequence_index or None)
    held = holdout if holdout.height else None
    return evaluate_sequences(train, synthetic, held, columns=columns, seed=request.seed, settings=settings)
