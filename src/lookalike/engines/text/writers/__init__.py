"""Who writes the texts of a column, given what each is to be about; one file a backend (`writing.Backend`)."""

from typing import cast

from lookalike import plugins
from lookalike.engines.text.writing import Backend


def backend(name: str) -> Backend:
    """The backend of that name."""
    return cast(Backend, plugins.part("lookalike.engines.text.writers", name))
