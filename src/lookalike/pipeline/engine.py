"""The engine that learns a request's table, and the one that a model is of."""

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike import plugins
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import Parameters, asking
from lookalike.engines import Model, Plan, Synthesizer, engine_of
from lookalike.engines.tabular.file import kind_of
from lookalike.pipeline.artefacts import CONDITIONS, PLAN, TOLD, Artefacts
from lookalike.pipeline.context import read_metadata, read_surveyed
from lookalike.pipeline.kinds import known
from lookalike.pipeline.layout import MODEL
from lookalike.pipeline.work import Request

_ROOM = "lookalike.engines"


class Promise(Protocol):
    """Rules that a model's rows keep; see `engines.tabular.promise`."""

    @property
    def metadata(self) -> Metadata: ...

    @property
    def columns(self) -> tuple[str, ...]: ...

    @property
    def unique(self) -> tuple[tuple[str, ...], ...]: ...

    def keys(self, frame: pl.DataFrame) -> pl.DataFrame: ...

    def told(self, change: Callable[[pl.Expr], pl.Expr]) -> "Promise": ...

    def broken(self, frame: pl.DataFrame, *, nulls: bool = True) -> Mapping[str, int]: ...

    def breaches(self, frame: pl.DataFrame, *, nulls: bool = True) -> Mapping[str, NDArray[np.bool_]]: ...


class Settler(Protocol):
    """Makes blocks unique, one after the other; see `engines.tabular.uniqueness`."""

    def accepts(self, keys: pl.DataFrame) -> bool: ...

    def settle(self, frame: pl.DataFrame, *, block: int) -> pl.DataFrame: ...


def parameters(request: Request, artefacts: Artefacts) -> Parameters:
    """The request's parameters, with what `profile` found of those left out."""
    return known(request.data_type, request.parameters, artefacts.read_json(TOLD))


def synthesizer(request: Request, artefacts: Artefacts) -> Synthesizer:
    """The synthesizer of a request whose table was profiled: of a table with texts the text engine's."""
    types = {column["type"] for column in artefacts.read_json("metadata.json")}
    engine = plugins.part(_ROOM, engine_of(request.data_type, types))
    made: Synthesizer = engine.Synthesizer(parameters(request, artefacts))
    return made


def plan(request: Request, artefacts: Artefacts) -> Plan:
    """
    The plan of a job's table: of an earlier try, if there is one, whose noise is not drawn again.

    Raises:
        InputRefused: nothing to learn from; names the column.
        ModelFileError: damaged, or of another version.
    """
    if artefacts.exists(PLAN):
        return kept_plan(request, artefacts)
    train, metadata = artefacts.read_frame("train.arrow"), read_metadata(artefacts)
    how = synthesizer(request, artefacts)
    surveyed = read_surveyed(artefacts)
    return how.prepare(train, metadata, seed=request.seed, conditions=conditions(artefacts), surveyed=surveyed)


def kept_plan(request: Request, artefacts: Artefacts) -> Plan:
    """
    The plan that was kept.

    Raises:
        ObjectMissing: none was.
        ModelFileError: damaged, or of another version.
    """
    return synthesizer(request, artefacts).load_plan(artefacts.read(PLAN))


def model(request: Request, artefacts: Artefacts) -> Model:
    """
    A job's model, which draws what the request asks for.

    Raises:
        ModelFileError: damaged, or of another version.
        InputInvalid: what is asked for does not fit its columns.
    """
    value = artefacts.read(MODEL)
    loaded = _engine(request, value).Model.from_bytes(value)
    asked: Model = loaded.asked(asking(request.data_type, request.parameters), conditions(artefacts))
    return asked


def conditions(artefacts: Artefacts) -> pl.DataFrame | None:
    """The table of conditions that `profile` read; None if there is none."""
    return artefacts.read_frame(CONDITIONS) if artefacts.exists(CONDITIONS) else None


def promise(request: Request, value: bytes) -> Promise:
    """
    What the model of these bytes promises of its rows.

    Raises:
        ModelFileError: damaged, or of another version.
    """
    loaded: Promise = _engine(request, value).load_promise(value)
    return loaded


def settler(request: Request, artefacts: Artefacts) -> Settler:
    """
    Who makes the blocks of a job's model unique.

    Raises:
        ModelFileError: damaged, or of another version.
    """
    engine = _engine(request, artefacts.read(MODEL))
    made: Settler = engine.Settler(model(request, artefacts), seed=request.seed, total=request.n_rows)
    return made


def _engine(request: Request, value: bytes) -> ModuleType:
    """The engine whose model these bytes are, if it may be; else the request's, which says what is wrong."""
    may = {"tabular": ("tabular", "text")}.get(request.data_type, (request.data_type,))
    kind = (kind_of(value) or "").removesuffix(" model").replace(" ", "_")
    return plugins.part(_ROOM, kind if kind in may else request.data_type)
