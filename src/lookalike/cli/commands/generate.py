"""`lookalike generate`: a file in, a file of new rows out, no service."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from lookalike.cli.options import (
    format_option,
    json_option,
    parameters,
    params_option,
    report_option,
    set_option,
)
from lookalike.client.progress import progress_bar
from lookalike.errors import UsageError

if TYPE_CHECKING:
    from lookalike.local import Done

DataType = Literal["tabular", "time_series", "text"]


@click.command(short_help="Learn from a file and write new rows that look like it.")
@click.argument("source", metavar="INPUT", type=click.Path(path_type=Path))
@click.option("-n", "--rows", "n_rows", type=click.IntRange(min=1), help="How many rows to write.")
@click.option(
    "--sequences",
    "n_sequences",
    type=click.IntRange(min=1),
    help="Of time series: how many whole sequences to write; -n is then the most rows they may have.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="Where to write them.")
@click.option("--seed", type=click.IntRange(min=0), help="Same input, parameters, seed: same bytes.")
@click.option(
    "--type",
    "data_type",
    type=click.Choice(["tabular", "time_series", "text"]),
    default="tabular",
    show_default=True,
    help="What rows are.",
)
@set_option
@params_option
@format_option
@report_option
@json_option
def command(
    source: Path, n_rows: int | None, output: Path, data_type: DataType, report: Path | None, **rest: Any
) -> None:
    """
    Learn from INPUT and write exactly so many new rows that look like it.

    Formats are told by suffix: csv, json, jsonl, parquet, arrow, of texts also txt; each also with .gz or .zst behind.
    With --report, a tenth of the rows is held back from learning to judge by.

    Rows of a time series are steps of sequences. Which columns are their key and index is found, or told with --set
    sequence_key=… and --set sequence_index=…; the last sequence is cut so that there are exactly so many rows.

    Texts may have columns beside them. Which ones hold texts and which say of what kind each is is found, or told with
    --set text_columns=… and --set attributes=…
    """
    chosen = parameters(rest["settings"], rest["params_file"], seed=rest["seed"], n_sequences=rest["n_sequences"])
    _refuse_unclear(data_type, n_rows, rest["n_sequences"], chosen)
    from lookalike.local import Order, generate

    order = Order(source, output, n_rows, rest["format_name"], chosen, data_type)
    with progress_bar() as bar:
        done = generate(order, report=report, tell=bar)
    if rest["as_json"]:
        click.echo(json.dumps(_document(done, output, report), indent=2, ensure_ascii=False))
        return
    for line in (f"{done.n_rows} rows in {output}, seed {done.seed}", *done.lines()):
        click.echo(line, err=True)


def _document(done: "Done", output: Path, report: Path | None) -> dict[str, Any]:
    return {
        "output": str(output),
        "rows": done.n_rows,
        "seed": done.seed,
        "report": None if report is None else str(report),
        "verdict": None if done.report is None else done.report.verdict.sentence,
        "notes": done.notes,
    }


def _refuse_unclear(data_type: str, n_rows: int | None, n_sequences: int | None, chosen: dict[str, Any]) -> None:
    """UsageError where nothing says how much to write, or sequences are asked of a table."""
    if data_type != "time_series" and n_sequences is not None:
        raise UsageError(
            f"{'Texts have' if data_type == 'text' else 'A table has'} no sequences.",
            hint="Leave out --sequences, or add --type time_series.",
        )
    if n_rows is None and chosen.get("n_sequences") is None:
        more = " or --sequences" if data_type == "time_series" else ""
        raise UsageError("Nothing says how much to write.", hint=f"Give --rows{more}.")
