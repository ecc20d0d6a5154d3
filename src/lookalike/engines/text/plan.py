"""The first pass over a table with texts: what is hidden in them, what stands beside them, what none may show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from pydantic import BaseModel

from lookalike.data.learnt import learnt_from
from lookalike.data.metadata import MADE_UP, ColumnType, Metadata
from lookalike.data.parameters import TabularParameters, TextParameters
from lookalike.engines import NOWHERE, Kept, tabular
from lookalike.engines.tabular.file import Arrays, named, pack, part, unpack
from lookalike.engines.tabular.plan import load_plan as load_table_plan
from lookalike.engines.text import attributes
from lookalike.engines.text.column import Learning, TextColumn
from lookalike.engines.text.guarding import Guard, guard
from lookalike.engines.text.hidden import Hidden, hide
from lookalike.engines.text.kinds import Kinds
from lookalike.engines.text.kinds import load as load_kinds
from lookalike.engines.text.masking import find
from lookalike.engines.text.model import Model
from lookalike.engines.text.telling import notes
from lookalike.engines.text.writing import Asked, Given, Help, given_state, load_given
from lookalike.errors import InputRefused, ModelFileError
from lookalike.transforms.surveyed import Surveyed

KIND, GROUP_KIND = "text plan", "text group"
FLOORS = {"faithful": 2, "balanced": 2, "private": 5}  # records that a word must be in to be shown
FEW = 300  # texts, with fewer of which nothing can be trained
BUDGETS_S = {
    "standard": 60.0,
    "high": 180.0,
}  # by the quality, where the parameters do not say: long texts gain by more
MOST_ATTRIBUTES = 16

Parameters = TabularParameters | TextParameters


@dataclass(frozen=True)
class Plan:
    """See `engines.Plan`: the groups of the columns beside the texts, then each column of texts."""

    metadata: Metadata
    table: tabular.Plan
    columns: tuple[Learning, ...]
    notes: tuple[str, ...]
    seed: int

    @property
    def n_groups(self) -> int:
        return self.table.n_groups + len(self.columns)

    def fit_group(self, group: int, kept: Kept = NOWHERE) -> bytes:
        """See `engines.Plan.fit_group`."""
        if group < self.table.n_groups:
            return self.table.fit_group(group)
        header, arrays = self.columns[group - self.table.n_groups].learn(kept).state()
        return pack(GROUP_KIND, header, arrays)

    def helped(self, given: Help) -> "Plan":
        """The plan that learns with that help."""
        return replace(self, columns=tuple(replace(column, help=given) for column in self.columns))

    def join(self, groups: Iterable[bytes]) -> Model:
        """See `engines.Plan.join`."""
        found = list(groups)
        table = self.table.join(found[: self.table.n_groups])
        columns = tuple(TextColumn.load(*unpack(GROUP_KIND, value)) for value in found[self.table.n_groups :])
        return Model(self.metadata, table, columns, self.notes, self.seed)

    def to_bytes(self) -> bytes:
        header: dict[str, Any] = {"metadata": self.metadata.to_json(), "notes": list(self.notes), "seed": self.seed}
        arrays: dict[str, Any] = {"table": np.frombuffer(self.table.to_bytes(), np.uint8)}
        header["columns"] = []
        for number, learning in enumerate(self.columns):
            told, own = _learning_state(learning)
            header["columns"].append(told)
            arrays |= named(f"{number}.", own)
        return pack(KIND, header, arrays)


def load_plan(value: bytes) -> Plan:
    """
    The plan that `Plan.to_bytes` wrote.

    Raises:
        ModelFileError: damaged, not ours, or of another version.
    """
    header, arrays = unpack(KIND, value)
    try:
        columns = tuple(_load_learning(told, part(arrays, f"{n}.")) for n, told in enumerate(header["columns"]))
        metadata = Metadata.from_json(header["metadata"])
        table = load_table_plan(arrays["table"].tobytes())
        return Plan(metadata, table, columns, tuple(header["notes"]), int(header["seed"]))
    except (KeyError, TypeError, ValueError, pl.exceptions.PolarsError):
        raise ModelFileError("The file is damaged: the plan's texts cannot be read.") from None


def make_plan(
    table: pl.DataFrame,
    metadata: Metadata,
    parameters: Parameters,
    seed: int,
    conditions: pl.DataFrame | None,
    surveyed: Surveyed | None,
) -> Plan:
    """
    The plan of a table some of whose columns are of type TEXT.

    Raises:
        InputRefused: a column of texts has none; and as `tabular` raises.
    """
    names = [c.name for c in metadata.columns if c.type is ColumnType.TEXT]
    for name in names:
        if not (table[name].cast(pl.String).str.strip_chars().str.len_bytes() > 0).any():
            raise InputRefused(f"Column '{name}' holds no text.", hint="Exclude it, or tell another type in columns.")
    learnt = learnt_from(pl.DataFrame({"row": np.arange(table.height)}), parameters.fit_rows, seed)["row"]
    about = _about(metadata, parameters)
    found = {name: find(table[name].cast(pl.String).fill_null("").to_list()) for name in names}
    masked = pl.DataFrame([pl.Series(n, t).set(table[n].is_null(), None) for n, (t, _) in found.items()])
    hidden = hide(masked[learnt], table[learnt].select(about), table.columns, seed)
    known = Metadata((*(c for c in metadata.columns if c.name not in names), *hidden.metadata.columns))
    beside = _beside(table, known, hidden, learnt)
    plan = tabular.Synthesizer(parameters.beside if isinstance(parameters, TextParameters) else parameters).prepare(
        beside, known, seed=seed, conditions=conditions, surveyed=surveyed
    )
    # topics are found among all records, so that one changes what others are told: not where privacy is proved
    topics = [hidden.topic] if hidden.topic and not settings_of(parameters, "transformer").get("dp_epsilon") else []
    asked = known.select([*about, *topics])
    how = _How(parameters, seed, len(names), learnt, beside[learnt], asked)
    columns = tuple(how.learning(masked[name], kinds, hidden.words[name]) for name, (_, kinds) in found.items())
    return Plan(metadata, plan, columns, tuple(note for c in columns for note in c.notes), seed)


@dataclass(frozen=True)
class _How:
    """
    How columns of texts are learnt.

    Attributes:
        learnt: Numbers of the rows learnt from. rows: What is known of them beside the texts, hidden columns too.
        asked: The columns of these that texts are told.
    """

    parameters: Parameters
    seed: int
    n_columns: int
    learnt: pl.Series
    rows: pl.DataFrame
    asked: Metadata

    def learning(self, masked: pl.Series, kinds: Kinds, words: str) -> Learning:
        """
        A column of texts to be learnt.

        Args:
            masked: All its texts. kinds: What the masks in them stand for.
            words: The hidden column of its lengths.
        """
        own = np.flatnonzero((self.rows[words].fill_null(0) > 0).to_numpy())
        frame = self.rows[own].select(*self.asked.names, words)  # without columns it would have no rows
        texts = tuple(masked.gather(self.learnt.gather(own)).to_list())
        known, floor = attributes.learn(frame, self.asked, self.asked.names), FLOORS[self.parameters.privacy]
        about, high = Asked(frame, self.rows[words].gather(own).to_numpy()), self.parameters.quality == "high"
        backend = self._backend(len(texts))
        settings = settings_of(self.parameters, backend)
        given = Given(texts, about, known, floor, self._budget_s / self.n_columns, high, self.seed, settings)
        told = notes(masked.name, kinds, (backend, settings), len(texts), floor)
        guarded = guard(masked.drop_nulls().to_list(), floor)
        return Learning(masked.name, words, backend, given, guarded, kinds, told)

    @property
    def _budget_s(self) -> float:
        told = self.parameters.budget_s if isinstance(self.parameters, TextParameters) else None
        return BUDGETS_S[self.parameters.quality] if told is None else told

    def _backend(self, n_texts: int) -> str:
        """The one asked for; where there are too few texts to train on, the one that counts."""
        asked = self.parameters.backend if isinstance(self.parameters, TextParameters) else "recurrent"
        return "ngram" if asked == "recurrent" and n_texts < FEW else asked


def settings_of(parameters: Parameters, backend: str) -> dict[str, Any]:
    """What is told of a backend, JSON; empty if nothing is."""
    told = getattr(parameters, backend, None)
    return told.model_dump(mode="json") if isinstance(told, BaseModel) else {}


def _about(metadata: Metadata, parameters: Parameters) -> list[str]:
    """Columns that say what texts are about: those told, or all that have levels or numbers."""
    told = parameters.attributes if isinstance(parameters, TextParameters) else None
    if told is not None:
        return list(told)
    never = MADE_UP | {ColumnType.TEXT, ColumnType.EMPTY}
    return [c.name for c in metadata.columns if c.type not in never][:MOST_ATTRIBUTES]


def _beside(table: pl.DataFrame, known: Metadata, hidden: Hidden, learnt: pl.Series) -> pl.DataFrame:
    """The columns beside the texts with the hidden ones, which rows that are not learnt from lack."""
    rows = pl.DataFrame({"row": np.arange(table.height)})
    spread = rows.join(hidden.frame.with_columns(learnt), "row", "left", maintain_order="left").drop("row")
    shown = [name for name in known.names if name in table.columns]
    columns = [*(table[name] for name in shown), *spread.iter_columns()]  # none beside the texts is a table of no rows
    return pl.DataFrame(columns).select(known.names)


def _learning_state(learning: Learning) -> tuple[dict[str, Any], dict[str, Any]]:
    given, arrays = given_state(learning.given)
    kinds, known = learning.kinds.state()
    told: dict[str, Any] = {"name": learning.name, "words": learning.words, "backend": learning.backend}
    told |= {"given": given, "kinds": kinds, "notes": list(learning.notes)}
    return told, {**named("given.", arrays), **named("guard.", learning.guard.arrays()), **named("kinds.", known)}


def _load_learning(told: Mapping[str, Any], arrays: Arrays) -> Learning:
    given = load_given(told["given"], part(arrays, "given."))
    guarded = Guard.load(part(arrays, "guard."))
    kinds = load_kinds(told["kinds"], part(arrays, "kinds."))
    return Learning(told["name"], told["words"], told["backend"], given, guarded, kinds, tuple(told["notes"]))
