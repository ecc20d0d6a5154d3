"""`lookalike worker`: one more supervisor for a service."""

from pathlib import Path

import click

from lookalike.cli.home import environment, load


@click.command(short_help="Run one more worker for a service.")
@click.option("--home", type=click.Path(path_type=Path, exists=True), required=True, help="Home folder of the service.")
@click.option("--metrics-port", type=click.IntRange(1, 65_535), help="Port of 127.0.0.1 to read its metrics at.")
def command(home: Path, metrics_port: int | None) -> None:
    """Run one more worker for a service until it is told to stop; its jobs go back to the queue then."""
    from lookalike.wiring.serve import work

    work(load(home), environment(), metrics_port)
