"""`lookalike keys`: care for the keys of a service."""

from pathlib import Path

import click

from lookalike.cli.home import load
from lookalike.cli.options import json_option, tell


@click.group(short_help="Care for the keys of a service.")
def command() -> None:
    """Care for the keys of a service."""


@command.command(short_help="Seal the secrets of webhooks with a new key.")
@click.option("--home", type=click.Path(path_type=Path), required=True, help="Home folder of the service.")
@json_option
def rotate(home: Path, as_json: bool) -> None:
    """
    Put a new key first in keys/secrets.keys and seal the secrets of all webhooks with it.

    Services and workers of this home may run on: they read the file again. Copy it to the homes of other machines right
    away. The older keys stay in the file, since copies of the database need them.
    """
    from lookalike.wiring.keys import rotate as rotate_in

    count = rotate_in(load(home))
    what = f"{count} webhook{'' if count == 1 else 's'}"
    tell({"webhooks": count}, as_json, f"The secrets of {what} are sealed with a new key.")
