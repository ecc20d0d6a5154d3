"""The fitted columns of a table with texts: rows are drawn, then each text is written for its row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import polars as pl

from lookalike.data.asking import Asking
from lookalike.data.metadata import Metadata
from lookalike.data.streams import stream
from lookalike.engines import tabular
from lookalike.engines.tabular.file import Arrays, named, pack, part, unpack
from lookalike.engines.tabular.wishes.asked import named as named_by
from lookalike.engines.text.column import TextColumn
from lookalike.engines.text.writing import Help
from lookalike.errors import InputInvalid, ModelFileError

KIND = "text model"
BLOCK_ROWS = 1_024  # a second or two of writing


@dataclass(frozen=True)
class Model:
    """
    See `engines.Model`. It holds words and digests of real texts, levels and quantiles: guard it as you guard them.

    Attributes:
        table: Draws the columns beside the texts, and the hidden ones.
        own_notes: About the texts.
    """

    metadata: Metadata
    table: tabular.Model
    columns: tuple[TextColumn, ...]
    own_notes: tuple[str, ...]
    seed: int

    @property
    def notes(self) -> tuple[str, ...]:
        hidden = [f"'{name}'" for name in self.table.metadata.names if name not in self.metadata.names]
        return (*(n for n in self.table.notes if not any(name in n for name in hidden)), *self.own_notes)

    @property
    def asking(self) -> Asking:
        """What is asked of the columns beside the texts."""
        return self.table.asking

    @property
    def block_rows(self) -> int:
        return BLOCK_ROWS

    def asked(self, asking: Asking, conditions: pl.DataFrame | None = None) -> "Model":
        """
        The model that draws what is asked for.

        Raises:
            InputInvalid: columns that are not there, or cannot be asked for.
        """
        texts = {column.name for column in self.columns}
        for what, names in named_by(asking, conditions).items():
            if asked := [name for name in names if name in texts]:
                raise InputInvalid(f"Column '{asked[0]}' holds texts, of which {what} can ask nothing.")
        return replace(self, table=self.table.asked(asking, conditions))

    def helped(self, given: Help) -> "Model":
        """The model that writes with that help."""
        own = replace(given, share=given.share / len(self.columns))
        return replace(self, columns=tuple(replace(column, help=own) for column in self.columns))

    def wishes(self, total: int) -> object:
        """See `engines.Model.wishes`."""
        return self.table.wishes(total)

    def draw(self, n_rows: int, *, seed: int, block: int, total: int | None = None) -> pl.DataFrame:
        """See `engines.Model.draw`."""
        return self.written(self.rows(n_rows, seed=seed, block=block, total=total), seed, "write", block)

    def rows(self, n_rows: int, *, seed: int, block: int, total: int | None = None) -> pl.DataFrame:
        """The rows of a block without their texts, with the hidden columns."""
        return self.beside.draw(n_rows, seed=seed, block=block, total=total)

    def written(self, rows: pl.DataFrame, seed: int, *names: str | int) -> pl.DataFrame:
        """Rows with their texts, without the hidden columns; `names` tell the stream that is drawn from."""
        texts = [column.texts(rows, stream(seed, *names, column.name)) for column in self.columns]
        whole = rows.with_columns(texts).select(self.metadata.names)
        return whole.cast({c.name: self.metadata[c.name].dtype for c in self.columns})

    @property
    def beside(self) -> tabular.Model:
        """What draws rows without their texts, in blocks as large as those with them."""
        return replace(self.table, block_rows=BLOCK_ROWS)

    def to_bytes(self) -> bytes:
        header: dict[str, Any] = {"metadata": self.metadata.to_json(), "notes": list(self.own_notes), "seed": self.seed}
        header["columns"] = []
        arrays: dict[str, Any] = {"table": np.frombuffer(self.table.to_bytes(), np.uint8)}
        for number, column in enumerate(self.columns):
            told, own = column.state()
            header["columns"].append(told)
            arrays |= named(f"{number}.", own)
        return pack(KIND, header, arrays)

    @classmethod
    def from_bytes(cls, value: bytes) -> Self:
        header, arrays = unpack(KIND, value)
        try:
            table = tabular.Model.from_bytes(arrays["table"].tobytes())
            metadata = Metadata.from_json(header["metadata"])
            columns = _columns(header["columns"], arrays)
            hidden = [*(c.words for c in columns), *(a.name for c in columns for a in c.attributes.columns)]
            if not {*metadata.names, *hidden} - {c.name for c in columns} <= set(table.metadata.names):
                raise ValueError("columns")
            return cls(metadata, table, columns, tuple(map(str, header["notes"])), int(header["seed"]))
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, pl.exceptions.PolarsError):
            raise ModelFileError("The file is damaged: its texts cannot be read.") from None


def _columns(told: Sequence[Any], arrays: Arrays) -> tuple[TextColumn, ...]:
    return tuple(TextColumn.load(header, part(arrays, f"{number}.")) for number, header in enumerate(told))
