"""`lookalike customers`: care for the customers of a service."""

from pathlib import Path

import click

from lookalike.cli.home import environment, load
from lookalike.cli.options import json_option, tell


@click.group(short_help="Erase a customer of a service.")
def command() -> None:
    """Erase a customer of a service."""


@command.command(short_help="Erase all that is kept of a customer.")
@click.option("--home", type=click.Path(path_type=Path), required=True, help="Home folder of the service.")
@click.argument("customer")
@json_option
def erase(home: Path, customer: str, as_json: bool) -> None:
    """
    Cancel a customer's jobs and delete all that is kept of them: records, events, checkpoints, models, reports; and the
    customer's webhooks.

    Services and workers may run on. What jobs have written into buckets stays: it is the customer's. A token that is
    good still can submit again; take it away first.
    """
    from lookalike.wiring.erasing import erase as erase_in

    done = erase_in(load(home), environment(), customer)
    told = f"Erased: {_counted(done.jobs, 'job')}, {_counted(done.webhooks, 'webhook')}."
    tell({"customer": customer, "jobs": done.jobs, "webhooks": done.webhooks}, as_json, told)


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
