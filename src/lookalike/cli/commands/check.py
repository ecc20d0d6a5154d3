"""`lookalike check`: is everything there that a service needs?"""

import json
import secrets
from pathlib import Path

import click

from lookalike.cli.ending import DONE, OURS
from lookalike.cli.home import environment, load


@click.command(short_help="Tell whether a service has all it needs.")
@click.option("--home", type=click.Path(path_type=Path), required=True, help="Home folder of the service.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(home: Path, as_json: bool) -> int:
    """
    Tell whether a service has all it needs: database, clock, keys, buckets, room for temporary files, and what else its
    settings name. Exit code 1 if something is not well; what to do stands below it.

    Buckets that may be written are: an object comes and goes.
    """
    from lookalike.wiring.checking import findings

    well = True
    for found in findings(load(home), environment(), secrets.randbits):
        well = well and found.well
        if as_json:
            click.echo(json.dumps(found.to_json()))
            continue
        mark = click.style("✓", fg="green") if found.well else click.style("✗", fg="red")
        click.echo(f"{mark} {found.part:<16} {found.message}")
        if found.hint is not None:
            click.echo(f"  {'':<16} {found.hint}")
    return DONE if well else OURS
