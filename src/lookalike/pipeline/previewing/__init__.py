"""What a job would do, told from the beginning of its input; nothing is stored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from lookalike.data.breaches import n_broken, refuse_unfit
from lookalike.data.learnt import FIT_ROWS
from lookalike.data.metadata import PERSONAL, Column, ColumnType, Metadata
from lookalike.data.parameters import Parameters, declared, parse
from lookalike.errors import ConstraintBroken, JobError
from lookalike.pipeline.context import Ceilings
from lookalike.pipeline.kinds import Profile, kind
from lookalike.pipeline.previewing.estimating import estimate
from lookalike.pipeline.previewing.head import Head, head
from lookalike.pipeline.previewing.treating import treatment
from lookalike.pipeline.tables import finished, typed
from lookalike.pipeline.work import Request
from lookalike.storage import Buckets

ROWS_SHOWN = 20
CELL_SHOWN_CHARS = 200


@dataclass(frozen=True)
class _Seen:
    """
    The beginning of an input as the job would read it.

    Attributes:
        profile: None if the job would fail before it has one.
        refusals: Why the job would fail, as far as could be seen.
    """

    head: Head
    table: pl.DataFrame
    metadata: Metadata
    profile: Profile | None
    constraints: list[dict[str, Any]]
    refusals: list[dict[str, str]]


def preview(request: Request, buckets: Buckets, ceilings: Ceilings, n_workers: int) -> dict[str, Any]:
    """
    `PreviewResponse` of the API.

    Args:
        n_workers: Processes that the job would have.

    Raises:
        PreviewRefused: the input is of a kind whose beginning cannot be looked at alone.
        StorageFailed: its bucket does not answer.
    """
    try:
        found = head(request, buckets, ceilings)
    except JobError as error:
        if error.status >= 500:
            raise
        return _told(None, request, [_refusal(error)], n_workers)
    return _told(found, request, [], n_workers)


def _told(found: Head | None, request: Request, refusals: list[dict[str, str]], n_workers: int) -> dict[str, Any]:
    seen = None if found is None else _look(found, request)
    if seen is None:
        nothing = {"columns": [], "rows": [], "rows_seen": 0, "rows_total": 0, "estimated": False, "constraints": []}
        return {**nothing, "sequence": None, "warnings": [], "refusals": refusals, "estimate": None}
    return {
        "columns": [_column(column, seen, request) for column in seen.metadata.columns],
        "rows": _rows(seen.head.raw),
        "rows_seen": seen.head.raw.height,
        "rows_total": seen.head.rows_total,
        "estimated": seen.head.estimated,
        "constraints": seen.constraints,
        "sequence": _sequence(seen, request),
        "warnings": list(_warnings(seen, request)),
        "refusals": [*refusals, *seen.refusals],
        "estimate": None if seen.profile is None else _estimate(seen, request, n_workers),
    }


def _estimate(seen: _Seen, request: Request, n_workers: int) -> dict[str, int] | None:
    return estimate(request, seen.head.rows_total, seen.table, seen.metadata, n_workers)


def _look(found: Head, request: Request) -> _Seen:
    """What can be seen; where the job would fail, what was seen until there."""
    parameters = parse(request.data_type, request.parameters)
    empty = pl.DataFrame()
    try:
        table, metadata = typed(finished(found.raw, request), request, parameters, None)
    except JobError as error:
        return _Seen(found, empty, Metadata(()), None, [], [_refusal(error)])
    constraints, broken = _constraints(table, metadata, request)
    try:
        profile = kind(request.data_type).profile(table, metadata, request, parameters)
    except JobError as error:
        return _Seen(found, table, metadata, None, constraints, [*broken, _refusal(error)])
    return _Seen(found, table, profile.metadata, profile, constraints, broken)


def _constraints(
    table: pl.DataFrame, metadata: Metadata, request: Request
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The rules declared with the rows that break each, and why the job would fail of them."""
    told, refusals = [], []
    for rule in declared(request.data_type, request.parameters):
        try:
            refuse_unfit(rule, metadata)
        except JobError as error:
            refusals.append(_refusal(error))
            continue
        broken = n_broken(table, rule, metadata)
        told.append({"constraint": rule.model_dump(mode="json", exclude_none=True), "broken": broken})
        if broken:
            message = f"{broken:,} of {table.height:,} rows break the rule {rule.title}."
            refusals.append(_refusal(ConstraintBroken(message)))
    return told, refusals


def _refusal(error: JobError) -> dict[str, str]:
    return {"code": error.code, "message": str(error)}


def _column(column: Column, seen: _Seen, request: Request) -> dict[str, Any]:
    cells = seen.table[column.name]
    role = _role(column, seen.profile)
    return {
        "name": column.name,
        "type": column.type.value,
        "role": role,
        "missing": round(cells.null_count() / max(len(cells), 1), 6),
        "levels": cells.drop_nulls().n_unique(),
        "personal": column.type in PERSONAL,
        "treatment": treatment(column, role, request),
    }


def _role(column: Column, profile: Profile | None) -> str:
    told: Mapping[str, Any] = {} if profile is None else profile.told
    for role, names in (
        ("key", told.get("sequence_key")),
        ("index", (told.get("sequence_index"),)),
        ("context", told.get("context_columns")),
        ("text", told.get("text_columns")),
        ("attribute", told.get("attributes")),
    ):
        if column.name in (names or ()):
            return role
    return {ColumnType.ID: "key", ColumnType.TEXT: "text"}.get(column.type, "value")


def _rows(raw: pl.DataFrame) -> list[list[str | None]]:
    shown = raw.head(ROWS_SHOWN).rows()
    return [[None if cell is None else str(cell)[:CELL_SHOWN_CHARS] for cell in row] for row in shown]


def _sequence(seen: _Seen, request: Request) -> dict[str, Any] | None:
    if request.data_type != "time_series" or seen.profile is None or "sequence_key" not in seen.profile.told:
        return None
    key: Sequence[str] = seen.profile.told["sequence_key"] or ()
    return {
        "key": list(key),
        "index": seen.profile.told["sequence_index"] or None,
        "context": list(seen.profile.told["context_columns"] or ()),
        "series": seen.table.select(key).n_unique() if key else 1,
    }


def _warnings(seen: _Seen, request: Request) -> Iterator[str]:
    if seen.profile is not None:
        yield from seen.profile.notes
    fit_rows = _fit_rows(parse(request.data_type, request.parameters))
    if seen.head.rows_total > fit_rows:
        yield f"The input has more rows than are learnt from: {fit_rows:,} of them are, chosen at random."
    if names := [column.name for column in seen.metadata.columns if column.type in PERSONAL]:
        yield f"Tell of people, and are made up: {', '.join(names)}."
    if seen.head.n_objects > 1:
        yield f"The path stands for {seen.head.n_objects:,} objects; the first one was looked at."


def _fit_rows(parameters: Parameters) -> int:
    told = getattr(parameters, "fit_rows", None)
    return FIT_ROWS if told is None else int(told)
