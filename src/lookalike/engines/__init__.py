"""Engines learn from a table and draw new rows. One folder a modality; a synthesizer fits, a model samples."""

from collections.abc import Collection, Iterable
from typing import Protocol, Self

import polars as pl

from lookalike.data.metadata import ColumnType, Metadata
from lookalike.transforms.surveyed import Surveyed

BLOCK_ROWS = (
    65_536  # the unit of drawing: a block's rows depend on (seed, block) only, whoever draws it, whatever else is drawn
)


def engine_of(data_type: str, types: Collection[str]) -> str:
    """The engine that learns a table of this data type: of a table with free text the one of texts."""
    return "text" if data_type == "tabular" and ColumnType.TEXT in types else data_type


class Kept(Protocol):
    """Where long work keeps how far it came, so that another try, anywhere, goes on from there."""

    def load(self) -> bytes | None:
        """What was kept last; None if nothing was."""

    def save(self, value: bytes) -> None:
        """Keep this instead."""


class Nowhere:
    """Keeps nothing: for work that nobody will take up again."""

    def load(self) -> bytes | None:
        return None

    def save(self, value: bytes) -> None:
        pass


NOWHERE = Nowhere()


class Plan(Protocol):
    """What must be known before columns can be fitted one by one: codecs, order, relations, the encoded table."""

    @property
    def n_groups(self) -> int:
        """How many groups of columns there are to fit; each can be fitted alone, anywhere."""

    def fit_group(self, group: int, kept: Kept = NOWHERE) -> bytes:
        """Fit one group, ``0 <= group < n_groups``; the bytes are arrays and JSON, the same whoever fits."""

    def join(self, groups: Iterable[bytes]) -> "Model":
        """The model, from the bytes of all groups in order."""

    def to_bytes(self) -> bytes:
        """Arrays and JSON from which the synthesizer's `load_plan` makes the same plan."""


class Model(Protocol):
    """What was learnt from a table. It holds levels and quantiles of real columns: guard it as you guard the table."""

    @property
    def metadata(self) -> Metadata:
        """Columns of the rows it draws, in order."""

    @property
    def seed(self) -> int:
        """What it was fitted with."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the report: what was changed, left out or made safer, and why. Never a cell."""

    @property
    def block_rows(self) -> int:
        """Rows of a block: of a table exactly so many, but for the last one; of sequences about so many."""

    def draw(self, n_rows: int, *, seed: int, block: int, total: int | None = None) -> pl.DataFrame:
        """
        One block of new rows with exactly the fitted columns and dtypes.

        Of a table it has `n_rows` rows. Of sequences it has whole ones, and as many rows as they have; no rows where
        all the sequences that were asked for are in blocks before it.

        Args:
            n_rows: ``1 … block_rows``.
            seed: ``0 … 2**63-1``.
            block: Number of the block, from 0. Blocks of one seed are different rows.
            total: Rows of the whole output, among which what is asked for is shared out; None for all up to this block.

        Raises:
            ConditionsUnreachable: not so many rows could be found that keep all rules and have what is asked of them.
        """

    def wishes(self, total: int) -> object:
        """
        What is asked of each row of an output of `total` rows, once it is known that it can be asked.

        Raises:
            InputInvalid: what columns cannot mean; more conditions than rows.
            ConditionsUnreachable: what this model cannot draw.
        """

    def to_bytes(self) -> bytes:
        """Arrays and JSON, versioned and checksummed, from which `from_bytes` makes the same model."""

    @classmethod
    def from_bytes(cls, value: bytes) -> Self:
        """
        The model that `to_bytes` wrote.

        Raises:
            ModelFileError: damaged, not ours, or of another version.
        """


class Synthesizer(Protocol):
    """How to learn; made from the parameters of its modality (`data.parameters`)."""

    def prepare(
        self,
        table: pl.DataFrame,
        metadata: Metadata,
        *,
        seed: int,
        conditions: pl.DataFrame | None = None,
        surveyed: Surveyed | None = None,
    ) -> Plan:
        """
        First pass over the train rows.

        Args:
            conditions: The table of conditions, where the parameters say that there is one.
            surveyed: What all rows show, where these are a sample of them.

        Raises:
            InputRefused: nothing to learn from; names the column.
        """

    def load_plan(self, value: bytes) -> Plan:
        """The plan that `Plan.to_bytes` wrote."""
