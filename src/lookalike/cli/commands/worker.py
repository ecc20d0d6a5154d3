"""`lookalike worker`: one more supervisor for a service."""

from pathlib import Path

import click

from lookalike.cli.home import environment, load


@click.command(short_help="Run one more worker for a service.")
@click.option("--home", type=click.Path(path_type=Path, exists=True), required=True, help="Home folder of the service.")
def command(home: Path) -> None:
    """Run one more worker for a service until it is told to stop; its jobs go back to the queue then."""
    from lookalike.wiring.serve import work

    work(load(home), environment())
