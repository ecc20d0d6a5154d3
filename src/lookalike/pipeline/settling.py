"""Rows that must differ over the whole output: blocks settled one after the other, and what was written compared."""

from collections.abc import Sequence
from typing import Any

from lookalike.data.digests import AllSeen
from lookalike.errors import InternalError
from lookalike.pipeline import engine
from lookalike.pipeline.artefacts import Artefacts, block_name, keys_name
from lookalike.pipeline.context import Context
from lookalike.pipeline.layout import MODEL
from lookalike.pipeline.work import Work


def must_differ(work: Work, context: Context) -> bool:
    """Whether rows must differ over the whole output."""
    return bool(engine.promise(work.request, context.artefacts(work).read(MODEL)).unique)


def settle(work: Work, context: Context, blocks: Sequence[dict[str, Any]]) -> None:
    """
    Let rows differ where they must.

    Of rows that are alike the first stays; the others are drawn again and their blocks written again. Only digests pass
    through here, 8 bytes a row and rule, but for the blocks that change. Done twice, it finds nothing left to do.

    Args:
        blocks: Items of `draw_block`, in order.

    Raises:
        ConditionsUnreachable: not so many different rows could be found.
    """
    request, artefacts = work.request, context.artefacts(work)
    for _ in context.executor.map("key_block", list(blocks)):
        pass
    settler = engine.settler(request, artefacts)
    for item in blocks:
        number = item["block"]
        if not settler.accepts(artefacts.read_frame(keys_name("block", number))):
            block = settler.settle(artefacts.read_frame(block_name(number)), block=number)
            artefacts.write_frame(block_name(number), block)


def refuse_repeated(artefacts: Artefacts, n_parts: int) -> None:
    """
    Nothing, if the rows of all parts as written differ where they must.

    Raises:
        InternalError: says how many rows repeat an earlier one.
    """
    seen, n_repeated = AllSeen(), 0
    for number in range(n_parts):
        keys = artefacts.read_frame(keys_name("part", number))
        n_repeated += int((~seen.fresh(keys)).sum())
        seen.add(keys)
    if n_repeated:
        raise InternalError(f"{n_repeated:,} rows as written repeat others that they must differ from.")
