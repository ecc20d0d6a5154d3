"""The fitted steps: draw blocks of whole sequences, or stretches of one long one, and are kept in a file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import ceil
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.asking import Asking, SequenceAsking
from lookalike.data.metadata import Metadata
from lookalike.engines import BLOCK_ROWS
from lookalike.engines.tabular import Model as StartModel
from lookalike.engines.tabular.file import pack, unpack
from lookalike.engines.tabular.rules import Rules
from lookalike.engines.time_series.beginnings import DAY, put_together
from lookalike.engines.time_series.calibrating import endings
from lookalike.engines.time_series.coursing import Learnt, make_course
from lookalike.engines.time_series.encoding import encode_starts
from lookalike.engines.time_series.forest import Forest, has_codes, is_sound, join
from lookalike.engines.time_series.layout import STEP, Layout
from lookalike.engines.time_series.sampling import Begun, Machine, draw_lengths, draw_sequences, drawn_lengths
from lookalike.engines.time_series.settings import Dial
from lookalike.engines.time_series.single import Stretches
from lookalike.engines.time_series.starts import ALONE, GROUP, draw_starts, spread_evenly
from lookalike.engines.time_series.state import DAMAGED, course_arrays, layout_state, load_course, load_layout
from lookalike.engines.time_series.stepping import Course, n_groups
from lookalike.engines.time_series.telling import Drawn, tell
from lookalike.engines.time_series.told_start import told_tick
from lookalike.engines.time_series.values import Number
from lookalike.errors import InputInvalid, ModelFileError

KIND = "time series model"
NO_ASKING = SequenceAsking()
NO_RULES = Rules(Metadata(()))
PILOT = 2**40  # number of the first sequence that is drawn to see how long they become; no output has so many
PILOT_ROWS, ROUNDS = 40_000, 2
BATCH_ROWS = 262_144  # that room is made for at a time: sequences may become as long as the longest

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Model:
    """See `engines.Model`. It holds levels and changes of real rows: guard it as you guard the table."""

    layout: Layout
    starts: StartModel
    forest: Forest
    course: Course
    seed: int
    asking: SequenceAsking = NO_ASKING
    kept: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def metadata(self) -> Metadata:
        return self.layout.given

    @property
    def notes(self) -> tuple[str, ...]:
        return self.layout.notes

    @property
    def block_rows(self) -> int:
        """About how many rows a block has."""
        if self.layout.widening is not None:
            return self._per_block
        return BLOCK_ROWS if self._single else max(1, round(self._per_block * self._mean))

    def asked(self, asking: SequenceAsking, conditions: pl.DataFrame | None = None) -> "Model":
        """
        The model that draws what is asked for.

        Raises:
            InputInvalid: what cannot be asked of these sequences.
        """
        if self._single and (asking.n_sequences or 1) > 1:
            raise InputInvalid(
                "parameters.n_sequences: there is one series, and no key that could tell several apart.",
                hint="Name the key: sequence_key.",
            )
        wished = self.starts
        if asking.conditions is not None or conditions is not None:
            wished = self.starts.asked(Asking(conditions=asking.conditions), conditions)
        return replace(self, starts=wished, asking=asking, kept={})

    def wishes(self, total: int) -> object:
        """
        Nothing, once it is known that what is asked for can be drawn.

        Raises:
            ConditionsUnreachable: it cannot.
        """
        return None if self._single else self._begun(np.arange(1), total)

    def draw(self, n_rows: int, *, seed: int, block: int, total: int | None = None) -> pl.DataFrame:
        """A block: whole sequences, as many rows as they have; of one long series its stretch; see `block_rows`."""
        if self._single:
            return self._stretch(seed, block, total)
        widening, drawn = self.layout.widening, self._block(seed, block, total or n_rows)
        return drawn if widening is None else widening.spread(drawn)

    def _stretch(self, seed: int, block: int, total: int | None) -> pl.DataFrame:
        """A stretch of the one series; of one that is asked for whole none behind its end."""
        stretches, whole = self._stretches(seed), self.asking.n_sequences is not None
        length = stretches.length if whole else total
        left = BLOCK_ROWS if length is None else length - block * BLOCK_ROWS
        if whole and left <= 0:
            return self._empty
        return stretches.stretch(block, max(1, min(BLOCK_ROWS, left)))

    def _block(self, seed: int, block: int, total: int) -> pl.DataFrame:
        """The rows of a block's sequences."""
        first = block * self._per_block
        last = first + self._per_block
        if self.asking.n_sequences is not None:
            last = min(last, self.asking.n_sequences)
        numbers, drawn, height = np.arange(first, max(first, last)), [self._empty], 0
        for some in self._batches(numbers, total):
            drawn.append(self._sequences(some, seed, total))
            height += len(some) if self.layout.widening is not None else drawn[-1].height
            if self.asking.n_sequences is None and height > total:  # of the whole output: nobody will look at more
                break
        return pl.concat(drawn)

    def lengths(self, n_rows: int, turn: int) -> npt.NDArray[np.int64]:
        """Lengths of sequences of about so many rows in all; another turn gives others."""
        numbers = PILOT + turn * n_rows + np.arange(max(1, min(n_rows, round(n_rows / self._mean))))
        drawn = replace(self._machine, layout=replace(self.layout, rules=NO_RULES))
        found = [draw_lengths(drawn, self._begin(some, self.seed, n_rows)) for some in self._batches(numbers, n_rows)]
        return np.concatenate(found)

    @property
    def _single(self) -> bool:
        return not self.layout.roles.key

    @property
    def _mean(self) -> float:
        told = self.asking.sequence_length
        if told is None:
            return self.layout.lengths.mean
        least, most = told
        return float(min(max(self.layout.lengths.mean, least), most))

    @property
    def _per_block(self) -> int:
        """Sequences of a block."""
        return max(1, round(BLOCK_ROWS / self._mean))

    def _batches(self, numbers: Array, total: int) -> Sequence[Array]:
        """The sequences in runs for which there is room, and of which one has about `total` rows."""
        size = max(1, min(BATCH_ROWS // self._most, ceil(1.1 * total / self._mean)))
        return [numbers[start : start + size] for start in range(0, len(numbers), size)]

    @property
    def _most(self) -> int:
        told = self.asking.sequence_length
        return self.layout.lengths.most if told is None else told[1]

    def _sequences(self, numbers: Array, seed: int, total: int) -> pl.DataFrame:
        drawn_by = replace(self._machine, seed=seed)
        return draw_sequences(drawn_by, self._begin(numbers, seed, total), self._once)

    @property
    def _once(self) -> list[str]:
        """Columns that are drawn once a sequence."""
        begun = (*self.layout.roles.key, *self.layout.roles.context)
        return [name for name in begun if name in self.layout.metadata.names]

    def _begin(self, numbers: Array, seed: int, total: int) -> Begun:
        return self._set_out(self._begun(numbers, total, seed), numbers, seed)

    def _set_out(self, frame: pl.DataFrame, numbers: Array, seed: int) -> Begun:
        """Sequences that have begun as a frame of the beginnings' columns says."""
        keys = [
            transform.decode(
                np.zeros(len(numbers), np.int32),
                np.zeros(len(numbers), np.float32),
                seed=seed,
                rows=numbers.astype(np.uint64),
            ).alias(name)
            for name, transform in self.layout.keys.items()
        ]
        alone = frame[ALONE].to_numpy() if ALONE in frame.columns else np.zeros(frame.height, np.bool_)
        ticks = self._ticks(frame)
        until = self._until(ticks)
        least, most = self._lengths(numbers, seed, alone, until - ticks)
        if self.layout.roles.index is not None:  # as steps see when a sequence began
            keys.append(self.layout.rhythm.times(ticks).alias(self.layout.roles.index))
        return Begun(frame.with_columns(keys), numbers, ticks, until, least, most)

    def _until(self, ticks: Array) -> npt.NDArray[np.float64]:
        """Ticks after which sequences that begin at these have no row: as long as train's, in train's time."""
        lengths = self.layout.lengths
        last = lengths.last if self.asking.start is None else np.inf
        return np.maximum(np.minimum(ticks + lengths.span, last), ticks).astype(np.float64)

    def _lengths(self, numbers: Array, seed: int, alone: Array, span: Array) -> tuple[Array, Array]:
        """Least and most rows of each sequence, which may last for `span` ticks if nothing else is asked for."""
        told = self.asking.sequence_length
        least, most = told or (1, self.layout.lengths.most)
        step = float(self.layout.rhythm.step or 0)
        if self.layout.ended:
            ends = np.where(alone & (least <= 1), 1, most)
        else:
            ends = np.clip(drawn_lengths(self.layout, numbers, seed), least, most)
        if told is None and step and not self.layout.timed:
            room = np.minimum(np.floor(span / step + 1e-6), most) + 1
            ends = np.minimum(ends, room.astype(np.int64))
        exact = told is not None and not self.layout.ended
        return ends if exact else np.full(len(numbers), least), ends

    def _ticks(self, frame: pl.DataFrame) -> Array:
        index, rhythm = self.layout.roles.index, self.layout.rhythm
        if index is None:
            return np.zeros(frame.height)
        if self.asking.start is not None:
            return np.full(frame.height, told_tick(self.asking.start, rhythm))
        ticks = rhythm.ticks(frame[index])
        return ticks if rhythm.unit is None else np.rint(ticks)  # halves would be rounded up and down in turn

    def _begun(self, numbers: Array, total: int, seed: int | None = None) -> pl.DataFrame:
        """Context and first rows of sequences, by groups that are kept while they are in use."""
        chosen = self.seed if seed is None else seed
        wanted = self.asking.n_sequences or max(1, round(total / self._mean))
        groups = np.unique(numbers // GROUP)
        drawn = [self._group(int(group), chosen, wanted) for group in groups]
        begun: pl.DataFrame = pl.concat(drawn)[numbers - groups[0] * GROUP]
        return begun

    def _group(self, group: int, seed: int, total: int) -> pl.DataFrame:
        name = (group, seed, total)
        if name not in self.kept:
            if len(self.kept) > 64:
                self.kept.clear()
            drawn = draw_starts(self.starts, group, seed=seed, total=total, kept=self._keeps)
            timed = self._timed(drawn)
            shared_out = self.starts.asking.conditions is not None or self.starts.conditions is not None
            self.kept[name] = timed if shared_out else self._spread(timed, seed, group)
        found: pl.DataFrame = self.kept[name]
        return found

    def _spread(self, frame: pl.DataFrame, seed: int, group: int) -> pl.DataFrame:
        """Beginnings that lie evenly along time, or else along the first number."""
        along = self._ticks(frame)
        tracks = enumerate(zip(self.layout.names, self.layout.tracks, strict=True))
        numbers = [place for place, (name, track) in tracks if isinstance(track, Number) and name != STEP]
        if not np.ptp(along) and numbers:
            along = encode_starts(frame, self.layout)[0][:, numbers[0]]
        return spread_evenly(frame, along, seed, group)

    def _timed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Beginnings with their start in time as one column."""
        index = self.layout.roles.index
        if index is None or DAY not in frame.columns:
            return frame
        return frame.with_columns(put_together(frame, self.layout.metadata[index].dtype).alias(index))

    def _keeps(self, frame: pl.DataFrame) -> Array:
        """Which first rows keep the rules of all rows."""
        rules, frame = self.layout.rules, self._timed(frame)
        if not rules.held and not rules.steps:
            return np.ones(frame.height, np.bool_)
        values, modes = encode_starts(frame, self.layout)
        keys = [
            pl.repeat(None, frame.height, dtype=self.layout.metadata[n].dtype, eager=True).alias(n)
            for n in self.layout.keys
        ]
        once = pl.DataFrame([*(frame[name] for name in self.layout.roles.context), *keys])
        numbers = np.arange(frame.height, dtype=np.uint64)
        told = tell(self.layout, Drawn(values, modes, self._ticks(frame), once, numbers), self.seed)
        return rules.kept(told)

    @cached_property
    def _machine(self) -> Machine:
        return Machine(self.layout, self.forest, self.course, self.seed, self._most)

    def _stretches(self, seed: int) -> Stretches:
        if ("stretches", seed) not in self.kept:
            begun = self._begin(np.arange(1), seed, 1)
            self.kept["stretches", seed] = Stretches(replace(self._machine, seed=seed), begun)
        found: Stretches = self.kept["stretches", seed]
        return found

    @property
    def _empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema={c.name: c.dtype for c in self.layout.metadata.columns})

    def to_bytes(self) -> bytes:
        header, arrays = layout_state(self.layout)
        header |= {"seed": self.seed, "asking": self.asking.model_dump(mode="json")}
        arrays |= {f"forest.{name}": array for name, array in self.forest._asdict().items()}
        arrays |= course_arrays(self.course)
        arrays |= {"starts": np.frombuffer(self.starts.to_bytes(), np.uint8)}
        return pack(KIND, header, arrays)

    @classmethod
    def from_bytes(cls, value: bytes) -> Self:
        header, arrays = unpack(KIND, value)
        layout = load_layout(header, arrays)
        try:
            forest = Forest(*(arrays[f"forest.{name}"] for name in Forest._fields))
            starts = StartModel.from_bytes(arrays["starts"].tobytes())
            course = load_course(arrays, layout)
            seed, asking = int(header["seed"]), load_asking(header)
            sound = is_sound(forest, n_groups(course), int(layout.plot.slot[-1])) and _has_modes(forest, course, layout)
            model = cls(layout, starts, forest, course, seed, asking)
            sound = sound and _goes_through(model)
        except DAMAGED:
            sound = False
        if not sound:
            raise ModelFileError("The file is damaged: its trees do not fit together.")
        return model


def _has_modes(forest: Forest, course: Course, layout: Layout) -> bool:
    """Whether trees of modes give none that their columns do not have."""
    drawn = zip(course.by_mode, layout.tracks, strict=True)
    return all(group < 0 or has_codes(forest, int(group), track.n_codes) for group, track in drawn)


def _goes_through(model: Model) -> bool:
    """Whether beginnings, steps and cells fit each other: no sequence at all goes all the way, and comes out right."""
    one = np.zeros(1, np.int32)
    for transform in (*model.layout.keys.values(), *model.layout.still.values()):
        transform.decode(one, one.astype(np.float32), seed=model.seed, rows=np.zeros(1, np.uint64))
    begun = model.starts.metadata.columns
    frame = model._timed(pl.DataFrame(schema={column.name: column.dtype for column in begun}))
    drawn = draw_sequences(model._machine, model._set_out(frame, np.arange(0), model.seed), model._once)
    return drawn.schema == model._empty.schema


def make_model(layout: Layout, starts: StartModel, columns: Sequence[Learnt], dial: Dial, seed: int) -> Model:
    """The model of what was learnt of each column of a step."""
    groups = [trees for column in columns for trees in (column.of_modes, column.of_numbers) if trees]
    return calibrated(Model(layout, starts, join(groups), make_course(layout, columns, dial), seed))


def calibrated(model: Model) -> Model:
    """The model whose sequences are as long as train's: of the ends it draws, some do not count; see `calibrating`."""
    if not model.layout.ended:
        return model
    for turn in range(ROUNDS):
        drawn = model.lengths(PILOT_ROWS, turn)
        course = model.course._replace(endings=endings(model.course.endings, model.layout.lengths, drawn))
        model = replace(model, course=course, kept={})
    return model


def load_asking(header: Mapping[str, Any]) -> SequenceAsking:
    """What a header says is asked for; a ValueError or KeyError where it says nothing of the kind."""
    return SequenceAsking.model_validate_json(json.dumps(header["asking"]))
