"""The engine of a request's data type."""

from lookalike import plugins
from lookalike.data.parameters import parse
from lookalike.engines import Model, Synthesizer
from lookalike.pipeline.work import Request


def synthesizer(request: Request) -> Synthesizer:
    """The synthesizer, with the request's parameters."""
    engine = plugins.part("lookalike.engines", request.data_type)
    made: Synthesizer = engine.Synthesizer(parse(request.data_type, dict(request.parameters)))
    return made


def model(request: Request, value: bytes) -> Model:
    """
    The model from its bytes.

    Raises:
        ModelFileError: damaged, or of another version.
    """
    loaded: Model = plugins.part("lookalike.engines", request.data_type).Model.from_bytes(value)
    return loaded
