"""Stage `generate`: blocks of rows drawn, then encoded into the parts that wait beside the output to be published."""

from collections.abc import Sequence
from math import ceil
from typing import Any

from lookalike.engines import BLOCK_ROWS
from lookalike.pipeline.context import Context, layout
from lookalike.pipeline.settling import refuse_repeated, settle
from lookalike.pipeline.work import Work


def stage(work: Work, context: Context) -> Work:
    """
    Artefacts ``block-00000.arrow…`` and staged parts; facts of each part: path, rows, bytes, SHA-256.

    Raises:
        ConditionsUnreachable: not so many rows could be found that keep all rules.
        InternalError: rows as written break a rule.
    """
    request = work.request
    base = {"job_id": work.job_id, "request": vars(request)}
    blocks = [{**base, "block": b, "n_rows": _block_rows(b, request.n_rows)} for b in range(n_blocks(request.n_rows))]
    _all(context, "draw_block", blocks, 0.0)
    unique = settle(work, context, blocks)
    parts = layout(work.job_id, request).parts(request.n_rows, request.parameters["part_rows"])
    written = _all(context, "write_part", [{**base, "part": vars(part)} for part in parts], 0.5)
    if unique:
        refuse_repeated(context.artefacts(work), len(parts))
    return work.after("generate", parts=written)


def n_blocks(n_rows: int) -> int:
    """How many blocks hold `n_rows` rows."""
    return ceil(n_rows / BLOCK_ROWS)


def _block_rows(block: int, n_rows: int) -> int:
    return min(BLOCK_ROWS, n_rows - block * BLOCK_ROWS)


def _all(context: Context, task: str, items: Sequence[dict[str, Any]], base: float) -> list[Any]:
    """Run a task over items; each of the two passes over the rows is half of the stage's progress."""
    results = []
    for done, result in enumerate(context.executor.map(task, items), start=1):
        results.append(result)
        context.listener.progress("generate", base + 0.5 * done / len(items))
    return results
