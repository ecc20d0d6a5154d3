"""Time series: rows that are steps of sequences, or, in a wide table, whole sequences."""

import polars as pl

from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.roles import IN_ORDER, find_roles, typed_roles
from lookalike.data.sequences.wide import melt
from lookalike.data.split import note, note_sequences, split, split_sequences
from lookalike.evaluation.report import Report, ReportSettings
from lookalike.evaluation.sequences.report import SequenceColumns, evaluate_sequences
from lookalike.pipeline.kinds import Judged, Profile
from lookalike.pipeline.work import Request


def profile(table: pl.DataFrame, metadata: Metadata, request: Request, parameters: TimeSeriesParameters) -> Profile:
    """See `Kind.profile`: whole sequences split at random; of one series its end."""
    share = parameters.holdout_share
    if parameters.layout == "wide":
        told = note(table.height, share)
        return Profile(metadata, *split(table, share, request.seed), (told,) if told else (), {})
    roles = find_roles(table, metadata, parameters)
    train, holdout = split_sequences(table, roles.key, share, request.seed)
    told = note_sequences(table, roles.key, share)
    found = {"sequence_key": roles.key, "sequence_index": roles.index or IN_ORDER, "context_columns": roles.context}
    return Profile(typed_roles(metadata, roles), train, holdout, (*roles.why, *([told] if told else [])), found)


def report(judged: Judged, request: Request, parameters: TimeSeriesParameters, settings: ReportSettings) -> Report:
    """See `Kind.report`."""
    tables, metadata = [judged.train, judged.synthetic, judged.holdout], judged.metadata
    if parameters.layout == "wide":
        molten = [melt(table, judged.metadata, parameters) for table in tables]
        tables, metadata, parameters = [m[0] for m in molten], molten[0][1], molten[0][2].told(parameters)
    columns = SequenceColumns(metadata, parameters.sequence_key or (), parameters.sequence_index or None)
    held = tables[2] if tables[2].height else None
    return evaluate_sequences(tables[0], tables[1], held, columns=columns, seed=request.seed, settings=settings)
