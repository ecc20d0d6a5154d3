"""`lookalike db`: care for the database of a service."""

from pathlib import Path

import click

from lookalike.cli.home import load
from lookalike.cli.options import json_option, tell


@click.group(short_help="Care for the database of a service.")
def command() -> None:
    """Care for the database of a service."""


@command.command(short_help="Bring its tables to this version.")
@click.option("--home", type=click.Path(path_type=Path), required=True, help="Home folder of the service.")
@json_option
def upgrade(home: Path, as_json: bool) -> None:
    """
    Bring the tables of the database to this version; jobs stay where they are.

    An empty database needs none of this: the service makes its tables. Stop services of the old version first, and
    start those of the new one afterwards: each refuses to start on tables that are not its own.
    """
    from lookalike.ledger import database
    from lookalike.wiring.parts import database_url

    engine = database.open_engine(database_url(load(home)))
    try:
        before, after = database.upgrade(engine)
    finally:
        engine.dispose()
    when = "already" if before == after else "now"
    tell({"before": before, "after": after}, as_json, f"The database is at version {after} {when}.")
