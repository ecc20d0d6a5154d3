"""`lookalike token`: a token on standard output, nothing else."""

import secrets
from datetime import timedelta
from pathlib import Path

import click

from lookalike.cli.home import load
from lookalike.cli.options import json_option, tell


@click.command(short_help="Make a token for a customer of a service.")
@click.option("--home", type=click.Path(path_type=Path), required=True, help="Home folder of the service.")
@click.option("--customer", required=True, help="The customer the token speaks for.")
@click.option("--project", "projects", multiple=True, help="Limit it to this project_id; repeat for several.")
@click.option("--scope", "scopes", multiple=True, help="Limit it to this scope, e.g. jobs:read; repeat for several.")
@click.option("--expires", type=click.IntRange(min=1), default=3600, show_default=True, help="Seconds it is good for.")
@json_option
def command(
    home: Path, customer: str, projects: tuple[str, ...], scopes: tuple[str, ...], expires: int, as_json: bool
) -> None:
    """Make a token for a customer of a service; it goes to standard output, nothing else does."""
    from lookalike.access import Principal
    from lookalike.wiring.tokens import issuer

    principal = Principal(
        customer_id=customer,
        subject=customer,
        scopes=frozenset(scope for value in scopes for scope in value.split()) if scopes else None,
        projects=frozenset(projects) if projects else None,
    )
    token = issuer(load(home), secrets.randbits).issue(principal, lifetime=timedelta(seconds=expires))
    tell({"token": token, "customer": customer, "expires_s": expires}, as_json, token)
