"""Masked texts and what they are about in plain words, for a model that was taught on those."""

import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.engines.text.attributes import Attribute, Attributes
from lookalike.engines.text.kinds import FIRST, KINDS, LAST, ORDINALS, character
from lookalike.engines.text.trained.letters import CONTROL

MOST_LETTERS = 200  # of a level: longer ones are cut

_PRIVATE = re.compile(f"[{chr(FIRST)}-{chr(LAST)}]")
_NAMED = re.compile(rf"\[({'|'.join(kind.upper() for kind in KINDS)})_([1-{ORDINALS}])\]")
_NOTHING = re.compile(rf"\ufffd|{CONTROL.pattern}")  # what tokens are shown as that are no character
_BROKEN = re.compile(rf"\[(?:{'|'.join(kind.upper() for kind in KINDS)})_")


def shown(masked: str) -> str:
    """A masked text with its masks as words: ``[EMAIL_1]``, ``[EMAIL_2]``, ``[GIVEN_1]``."""
    return _PRIVATE.sub(lambda found: _name(found[0]), masked)


def masked(text: str) -> str:
    """The masked text that `shown` shows so; empty if a mask is broken: made-up values cannot stand in its place."""
    back = _NAMED.sub(lambda found: character(found[1].lower(), int(found[2]) - 1), _NOTHING.sub("", text))
    return "" if _BROKEN.search(back) else back


def prompts(attributes: Attributes, frame: pl.DataFrame, words: npt.NDArray[np.int64]) -> list[str]:
    """
    What stands before each text: a line for each attribute that is told apart, its length in words, ``text:``.

    Parts of a range of numbers are told by their order; no number of a real record is shown.
    """
    columns = [list(_told(a, frame[a.name])) for a in attributes.columns]
    rows = zip(*columns, strict=True) if columns else [()] * frame.height
    return [
        "\n".join((*filter(None, row), f"words: {n}", "text:")) for row, n in zip(rows, words.tolist(), strict=True)
    ]


def _told(attribute: Attribute, cells: pl.Series) -> Iterator[str]:
    """The line of each row; empty where the cell is missing or not told apart."""
    n = len(attribute.levels)
    names = [f"{k} of {n + 1}" for k in range(1, n + 2)] if attribute.ordered else map(str, attribute.levels.to_list())
    lines = [_line(attribute.name, name) for name in names]
    return ((lines[code] if code < len(lines) else "") for code in attribute.codes(cells).tolist())


def _line(name: str, value: str) -> str:
    return f"{' '.join(name.split())}: {' '.join(value.split())[:MOST_LETTERS]}"


def _name(mask: str) -> str:
    kind, ordinal = divmod(ord(mask) - FIRST, ORDINALS)
    return f"[{KINDS[kind].upper()}_{ordinal + 1}]" if kind < len(KINDS) else ""
