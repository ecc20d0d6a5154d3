"""Stage `generate`: blocks of rows drawn and encoded into the parts that wait beside the output to be published."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from math import ceil
from typing import Any

from lookalike.errors import ConditionsUnreachable
from lookalike.pipeline import engine
from lookalike.pipeline.context import Context, layout
from lookalike.pipeline.layout import Part
from lookalike.pipeline.settling import must_differ, refuse_repeated, settle
from lookalike.pipeline.work import Work


def stage(work: Work, context: Context) -> Work:
    """
    Artefacts ``block-00000.arrow…`` and staged parts; facts of each part: path, rows, bytes, SHA-256.

    Raises:
        ConditionsUnreachable: not so many rows could be found that keep all rules; sequences have more than asked for.
        InternalError: rows as written break a rule.
    """
    done = _both(work, context) if _streams(work, context) else _drawn_then_written(work, context)
    context.executor.rest()  # what comes is one process's work, and takes memory
    return done


def _drawn_then_written(work: Work, context: Context) -> Work:
    """All blocks drawn, keys settled, then all parts written."""
    request = work.request
    base = _base(work)
    heights = _draw(work, context, base)
    n_rows = _published(work, heights)
    unique = must_differ(work, context)
    if unique:
        settle(work, context, [{**base, "block": number} for number in range(len(heights))])
    parts = layout(work.job_id, request).parts(n_rows, request.parameters["part_rows"])
    items = [{**base, "part": vars(part), **place} for part, place in zip(parts, _places(parts, heights), strict=True)]
    written = _all(context, "write_part", items, (0.5, 1.0))
    if unique:
        refuse_repeated(context.artefacts(work), len(parts))
    return work.after("generate", parts=written, blocks=_last(heights, n_rows))


def _streams(work: Work, context: Context) -> bool:
    """
    Whether rows can be written while others are drawn: it is known which block has which, and none will change.

    On a cluster they are not: there who waits for a block cannot know whether another draws it.
    """
    known = work.request.data_type == "tabular" and not must_differ(work, context)
    return known and context.sharing is not None


def _both(work: Work, context: Context) -> Work:
    """Blocks drawn, and parts written while the blocks after them are drawn."""
    request, base = work.request, _base(work)
    rows = engine.model(request, context.artefacts(work)).block_rows
    heights = [min(rows, request.n_rows - start) for start in range(0, request.n_rows, rows)]
    parts = layout(work.job_id, request).parts(request.n_rows, request.parameters["part_rows"])
    places = list(_places(parts, heights))
    draws = [{**base, "block": block, "n_rows": height} for block, height in enumerate(heights)]
    writes = [{**base, "part": vars(part), "block_rows": rows, **at} for part, at in zip(parts, places, strict=True)]
    order = _mixed(places, len(draws), context.sharing or 1)
    written = _all(context, "write_or_draw", [*draws, *writes], (0.0, 1.0), order)[len(draws) :]
    return work.after("generate", parts=written, blocks=_last(heights, request.n_rows))


def _mixed(places: Sequence[dict[str, int]], n_blocks: int, sharing: int) -> list[int]:
    """
    Numbers of items, blocks first, in the order that leaves nobody without work in the end.

    The last parts, one for each process, are written when all is drawn, those before them as soon as their blocks are
    there. Of fewer parts than processes each begins with its first block: who writes it draws while it waits.
    """
    n_parts, last = len(places), n_blocks - 1
    firsts = [place["block"] for place in places]
    if n_parts >= sharing:
        at_once = n_parts - sharing
        drawn = [min(first + sharing, last) for first in firsts[1 : at_once + 1]]  # the next one's first is its last
        firsts = [*drawn, *[last] * sharing]
    begun: dict[int, list[int]] = {}
    for part, block in enumerate(firsts):
        begun.setdefault(block, []).append(n_blocks + part)
    return [number for block in range(n_blocks) for number in (block, *begun.get(block, ()))]


def _base(work: Work) -> dict[str, Any]:
    return {"job_id": work.job_id, "request": vars(work.request)}


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


def _all(
    context: Context,
    task: str,
    items: Sequence[dict[str, Any]],
    span: tuple[float, float],
    order: Sequence[int] | None = None,
) -> list[Any]:
    """Run a task over items; `span`: which part of the stage's progress they are; `order`: see `Executor.map`."""
    results, (begin, end) = [], span
    for done, result in enumerate(context.executor.map(task, items, order), start=1):
        results.append(result)
        context.listener.progress("generate", begin + (end - begin) * done / len(items))
    return results
