"""A transformer, trained with torch: a small one from scratch, or one of a folder that is changed a little."""

from collections.abc import Mapping
from typing import Any

from lookalike.engines import Kept
from lookalike.engines.text.attributes import Attributes
from lookalike.engines.text.trained import SCRATCH, adapted, scratch
from lookalike.engines.text.trained.alike import need
from lookalike.engines.text.writing import Arrays, Given, Writer


def learn(given: Given, kept: Kept) -> Writer:
    """
    See `Backend.learn`: training goes on from the last whole epoch that is kept.

    Raises:
        ExtraMissing: torch and what else it takes is not installed.
        ValidationError: the folder holds no model that can be read, or the epsilon is out of reach.
    """
    need()
    ours = given.settings.get("model_dir", SCRATCH) == SCRATCH
    return scratch.learn(given, kept) if ours else adapted.learn(given, kept)


def load(header: Mapping[str, Any], arrays: Arrays, attributes: Attributes) -> Writer:
    """See `Backend.load`."""
    if header["of"] == "adapted":
        return adapted.load(header, arrays, attributes)
    return scratch.load(header, arrays, attributes)
