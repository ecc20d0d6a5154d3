"""The engine of a request's data type."""

from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike import plugins
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import Parameters, asking
from lookalike.engines import Model, Synthesizer
from lookalike.pipeline.artefacts import CONDITIONS, MODEL, TOLD, Artefacts
from lookalike.pipeline.kinds import known
from lookalike.pipeline.work import Request


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
    """The synthesizer of a request whose table was profiled."""
    engine = plugins.part("lookalike.engines", request.data_type)
    made: Synthesizer = engine.Synthesizer(parameters(request, artefacts))
    return made


def model(request: Request, artefacts: Artefacts) -> Model:
    """
    A job's model, which draws what the request asks for.

    Raises:
        ModelFileError: damaged, or of another version.
        InputInvalid: what is asked for does not fit its columns.
    """
    loaded = plugins.part("lookalike.engines", request.data_type).Model.from_bytes(artefacts.read(MODEL))
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
    loaded: Promise = plugins.part("lookalike.engines", request.data_type).load_promise(value)
    return loaded


def settler(request: Request, artefacts: Artefacts) -> Settler:
    """
    Who makes the blocks of a job's model unique.

    Raises:
        ModelFileError: damaged, or of another version.
    """
    engine = plugins.part("lookalike.engines", request.data_type)
    made: Settler = engine.Settler(model(request, artefacts), seed=request.seed, total=request.n_rows)
    return made
