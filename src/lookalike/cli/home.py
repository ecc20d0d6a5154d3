"""The settings a command works with."""

import os
from collections.abc import Mapping
from pathlib import Path

from lookalike.settings import Settings
from lookalike.settings import load as load_settings


def environment() -> Mapping[str, str]:
    """The environment, read here and nowhere else."""
    return dict(os.environ)  # noqa: TID251  a door


def load(home: Path) -> Settings:
    """The settings of a home folder, made ready if it is new."""
    from lookalike.home import prepare

    prepare(home)
    return load_settings(home, environment())
