"""`lookalike generate`: a file in, a file of new rows out, no service."""

from pathlib import Path
from typing import Any

import click

from lookalike.cli.options import format_option, parameters, params_option, report_option, set_option
from lookalike.cli.show import progress_bar


@click.command(short_help="Learn from a file and write new rows that look like it.")
@click.argument("source", metavar="INPUT", type=click.Path(path_type=Path))
@click.option("-n", "--rows", "n_rows", type=click.IntRange(min=1), required=True, help="How many rows to write.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Where to write them.")
@click.option("--seed", type=click.IntRange(min=0), help="Same input, parameters, seed: same bytes.")
@click.option("--type", "data_type", type=click.Choice(["tabular"]), default="tabular", show_default=True)
@set_option
@params_option
@format_option
@report_option
def command(source: Path, n_rows: int, output: Path, data_type: str, report: Path | None, **rest: Any) -> None:
    """
    Learn from INPUT and write exactly so many new rows that look like it.

    Formats are told by suffix: csv, json, jsonl, parquet, arrow, also with .gz or .zst behind. With --report, a tenth
    of the rows is held back from learning to judge by.
    """
    from lookalike.local import Order, generate

    chosen = parameters(rest["settings"], rest["params_file"], seed=rest["seed"])
    order = Order(source, output, n_rows, rest["format_name"], chosen)
    with progress_bar() as bar:
        done = generate(order, report=report, tell=bar)
    click.echo(f"{n_rows} rows in {output}, seed {done.seed}", err=True)
    for line in done.lines():
        click.echo(line, err=True)
