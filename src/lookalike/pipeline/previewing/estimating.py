"""About what a job takes, from the figures of docs/benchmarks.md; right within a factor of two or three."""

import io

import polars as pl

from lookalike import formats
from lookalike.data.learnt import FIT_ROWS
from lookalike.data.metadata import Metadata
from lookalike.engines import BLOCK_ROWS
from lookalike.pipeline.work import Request

# seconds a cell, on one processor: of stages that read, learn and draw
_READ_S = 4e-8
_FIT_S = {"tabular": 9e-7, "time_series": 5e-6, "text": 5e-4}
_DRAW_S = {"tabular": 2.3e-7, "time_series": 1e-6, "text": 2e-4}
_JUDGE_S = 3.0
_START_S = 1.0
_WRITTEN_ROWS = 5_000
_AT_LEAST_BYTES = 450 << 20  # a process with all it has loaded
_HELPER_BYTES = 300 << 20
_FIT_BYTES = 60  # a cell that is learnt from, all that is made of it included
_TOLD_ELSEWHERE = ("endpoint", "transformer")  # backends whose speed is not ours


def estimate(
    request: Request, rows_total: int, table: pl.DataFrame, metadata: Metadata, n_workers: int
) -> dict[str, int] | None:
    """
    Seconds, bytes of memory and of output; None where a language model's speed decides.

    Args:
        table: The rows looked at, typed.
    """
    if request.parameters.get("backend") in _TOLD_ELSEWHERE:
        return None
    width, fit_rows = max(table.width, 1), min(rows_total, request.parameters.get("fit_rows") or FIT_ROWS)
    learnt, drawn = fit_rows * width, request.n_rows * width
    kind = request.data_type
    seconds = _START_S + rows_total * width * _READ_S + learnt * _FIT_S[kind] + drawn * _DRAW_S[kind] / n_workers
    judged = _JUDGE_S * min(1.0, learnt / 200_000) if request.parameters["evaluate"] else 0.0
    helpers = (n_workers - 1) * _HELPER_BYTES if request.n_rows > BLOCK_ROWS else 0
    return {
        "seconds": max(1, round(seconds + judged)),
        "memory_bytes": _AT_LEAST_BYTES + learnt * _FIT_BYTES + helpers,
        "output_bytes": round(request.n_rows * _row_bytes(table, metadata, request)),
    }


def _row_bytes(table: pl.DataFrame, metadata: Metadata, request: Request) -> float:
    """Bytes of a row like these, written as the output will be."""
    some, sink = table.select(metadata.names).head(_WRITTEN_ROWS), io.BytesIO()
    compression = formats.split_path(request.output_path)[1]
    with formats.compressed(sink, compression) as stream:
        formats.load(request.output_format).write([some], metadata, stream, formats.WriteOptions())
    return len(sink.getvalue()) / max(some.height, 1)
