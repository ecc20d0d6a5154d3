"""`lookalike evaluate`: the figures of a synthetic table beside those of fresh real rows."""

from pathlib import Path
from typing import Any

import click

from lookalike.cli.options import json_option, parameters, params_option, report_option, set_option
from lookalike.cli.show import figure_lines


@click.command(short_help="Judge a synthetic table beside the real one.")
@click.argument("real", type=click.Path(path_type=Path))
@click.argument("synthetic", type=click.Path(path_type=Path))
@click.option("--holdout", type=click.Path(path_type=Path), help="Real rows that were not learnt from.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Chooses which rows are compared."
)
@click.option("--target", metavar="COLUMN", help="What models are to predict; inferred if left out.")
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
@report_option
@json_option
def command(real: Path, synthetic: Path, holdout: Path | None, report: Path | None, **rest: Any) -> None:
    """
    Judge SYNTHETIC rows beside the REAL rows they were learnt from.

    Every figure stands beside that of fresh real rows. Without --holdout privacy cannot be judged. With --set
    release_gate=standard the exit code is 6 if the rows should not be released.

    Which columns are key and index of a time series is found, or told with --set sequence_key=… and --set
    sequence_index=…; which one holds texts with --set text_columns=…, where it is not plain.
    """
    from lookalike.errors import GateFailed
    from lookalike.judging import evaluate
    from lookalike.local import check_report

    check_report(report)
    chosen = parameters(rest["settings"], rest["params_file"], seed=rest["seed"])
    judged = evaluate(real, synthetic, holdout, data_type=rest["data_type"], target=rest["target"], **chosen)
    if report is not None:
        judged.save(report)
    if rest["as_json"]:
        click.echo(judged.to_json(), nl=False)
    else:
        click.echo("\n".join([*figure_lines(judged.figures), judged.verdict.sentence]))
    if judged.gate is not None and judged.gate.failures:
        raise GateFailed(judged.gate.sentence)
