"""Stage `generate`: blocks of rows drawn, then encoded into the parts that wait beside the output to be published."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import ceil
from typing import Any

from lookalike.errors import ConditionsUnreachable
from lookalike.pipeline import engine
from lookalike.pipeline.context import Context, layout
from lookalike.pipeline.layout import Part
from lookalike.pipeline.settling import refuse_repeated, settle
from lookalike.pipeline.work import Work


def stage(work: Work, context: Context) -> Work:
    """
    Artefacts ``block-00000.arrow…`` and staged parts; facts of each part: path, rows, bytes, SHA-256.

    Raises:
        ConditionsUnreachable: not so many rows could be found that keep all rules; sequences have more than asked for.
        InternalError: rows as written break a rule.
    """
    request = work.request
    base = {"job_id": work.job_id, "request": vars(request)}
    heights = _draw(work, context, base)
    n_rows = _published(work, heights)
    unique = settle(work, context, [{**base, "block": number} for number in range(len(heights))])
    parts = layout(work.job_id, request).parts(n_rows, request.parameters["part_rows"])
    items = [{**base, "part": vars(part), **place} for part, place in zip(parts, _places(parts, heights), strict=True)]
    written = _all(context, "write_part", items, (0.5, 1.0))
    if unique:
        refuse_repeated(context.artefacts(work), len(parts))
    return work.after("generate", parts=written, blocks=_last(heights, n_rows))


def _draw(work: Work, context: Context, base: dict[str, Any]) -> list[int]:
    """Rows of each block: as many blocks as it takes; one without rows says that there are no more."""
    n_rows, block_rows = work.request.n_rows, engine.model(work.request, context.artefacts(work)).block_rows
    enough = n_rows if _n_sequences(work) is None else n_rows + 1  # one more would be one too many
    heights: list[int] = []
    while sum(heights) < enough and 0 not in heights:
        first, left = len(heights), enough - sum(heights)
        numbers = range(first, first + ceil(left / block_rows))
        blocks = [{**base, "block": b, "n_rows": min(block_rows, max(n_rows - b * block_rows, 1))} for b in numbers]
        begun = 0.5 * sum(heights) / enough
        heights += _all(context, "draw_block", blocks, (begun, 0.5))
    return heights


def _published(work: Work, heights: Sequence[int]) -> int:
    """
    Rows of the output: as many as asked for, or those of so many sequences as are asked for.

    Raises:
        ConditionsUnreachable: these have more rows than may be.
    """
    n_rows, drawn, n_sequences = work.request.n_rows, sum(heights), _n_sequences(work)
    if n_sequences is None:
        return n_rows
    if drawn > n_rows:
        raise ConditionsUnreachable(
            f"What n_sequences asks for has more than {n_rows:,} rows.",
            hint="Ask for fewer, for shorter ones (sequence_length), or give a larger data_size.",
        )
    return drawn


def _n_sequences(work: Work) -> int | None:
    """So many whole sequences are asked for; None if rows are."""
    wanted: int | None = work.request.parameters.get("n_sequences")
    return wanted


def _places(parts: Sequence[Part], heights: Sequence[int]) -> Iterator[dict[str, int]]:
    """The block in which each part begins, and the rows of it that come before."""
    ends, block = list(accumulate(heights)), 0
    for part in parts:
        while ends[block] <= part.start:
            block += 1
        yield {"block": block, "skip": part.start - (ends[block] - heights[block])}


def _last(heights: Sequence[int], n_rows: int) -> dict[str, int]:
    """How many blocks hold the output, and how many of its rows the last of them has."""
    left = n_rows
    for number, height in enumerate(heights):
        if left <= height:
            return {"number": number + 1, "last_rows": left}
        left -= height
    return {"number": len(heights), "last_rows": 0}


def _all(context: Context, task: str, items: Sequence[dict[str, Any]], span: tuple[float, float]) -> list[Any]:
    """Run a task over items; `span`: which part of the stage's progress they are."""
    results, (begin, end) = [], span
    for done, result in enumerate(context.executor.map(task, items), start=1):
        results.append(result)
        context.listener.progress("generate", begin + (end - begin) * done / len(items))
    return results
