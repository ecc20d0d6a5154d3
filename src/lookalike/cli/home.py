"""The settings a command works with."""

import os
from collections.abc import Mapping
from pathlib import Path

from lookalike.settings import Settings
from lookalike.settings import load as load_settings
from lookalike.storage.ambient import CLOUDS

_of_clouds: dict[str, str] = {}


def environment() -> Mapping[str, str]:
    """
    The environment, read here and nowhere else.

    What clouds have in it is taken out of it: obstore would use it for every bucket, whatever the settings say.
    """
    for name in [name for name in os.environ if name.startswith(CLOUDS)]:  # noqa: TID251  a door
        _of_clouds[name] = os.environ.pop(name)  # noqa: TID251
    return {**os.environ, **_of_clouds}  # noqa: TID251


def load(home: Path) -> Settings:
    """The settings of a home folder, made ready if it is new."""
    from lookalike.home import prepare

    prepare(home)
    return load_settings(home, environment())
