"""From a file to a file: read, learn, draw, judge, write."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

import polars as pl

from lookalike import formats
from lookalike.data.breaches import refuse_broken
from lookalike.data.parameters import LINE_FORMATS, CsvParameters, checked, refuse
from lookalike.data.texts.lines import refuse_lineless
from lookalike.errors import GateFailed
from lookalike.evaluation import ROOMS
from lookalike.evaluation.gate import problems
from lookalike.evaluation.report import Report, ReportSettings
from lookalike.local import tabular, text, time_series
from lookalike.local.learning import Chosen, Kind, Learner, Learnt
from lookalike.local.output import check_folder, check_report, draft, told_as_usage
from lookalike.tables import format_of, given, refuse_lines, typed

Tell = Callable[[str, float], None]
DataType = Literal["tabular", "time_series", "text"]

KINDS: Mapping[DataType, Kind] = {
    "tabular": tabular.kind,
    "text": text.kind,
    "time_series": time_series.kind,
}


@dataclass(frozen=True)
class Order:
    """
    What is to be made from what.

    Attributes:
        n_rows: Exactly so many; with `n_sequences` among the parameters so many at most, or None.
        format_name: Of files whose suffix does not tell.
    """

    source: Path
    output: Path
    n_rows: int | None
    format_name: str | None
    parameters: Mapping[str, Any]
    data_type: DataType = "tabular"


@dataclass(frozen=True)
class Done:
    """What came of it."""

    n_rows: int
    seed: int
    notes: tuple[str, ...]
    report: Report | None

    def lines(self) -> list[str]:
        """The verdict, if there is one, and the notes."""
        return [*([self.report.verdict.sentence] if self.report else []), *self.notes]


def generate(order: Order, *, report: Path | None, tell: Tell) -> Done:
    """
    Write exactly the rows asked for; nothing stands at the output until all of them do.

    Args:
        report: Where to write a report. With it, or a release gate, `holdout_share` is not learnt from: of rows, or of
            whole sequences.
        tell: Hears what is being done and how much of the whole is.

    Raises:
        LookalikeError: says what is wrong with input, parameters or output.
        GateFailed: the rows may not be released; the report is written, they are not.
    """
    check_report(report)
    check_folder(order.output, "--output")
    writer = formats.load(_written_as(order))
    kind = KINDS[order.data_type]
    parameters = checked(kind.parameters, order.parameters)
    refuse(problems(parameters.release_gate, held_back=parameters.holdout_share > 0, rooms=ROOMS[order.data_type]))
    learner = kind.learner({**order.parameters, "release_gate": None})
    judging = report is not None or parameters.release_gate is not None
    learnt = _learnt(order, parameters, learner, parameters.holdout_share if judging else 0.0, tell)
    drawn: list[pl.DataFrame] = []
    heights: list[int] = []
    with draft(order.output) as partial:
        blocks = _told(_kept(learnt.blocks(order.n_rows), drawn, learnt.most_judged), heights, order.n_rows, tell)
        _write(partial, order, (writer, parameters.csv), blocks, learnt)
        judgement = None
        if judging:
            tell("evaluate", 0.9)
            judgement = learnt.judge(pl.concat(drawn), _settings(parameters, learnt))
            _release(judgement, report)
    return Done(sum(heights), learner.seed, learnt.notes, judgement)


def _written_as(order: Order) -> str:
    """The name of the format: of a table in a file .txt that which is named, as lines would not hold it."""
    found = formats.split_path(order.output.name)[0]
    of_table = found in LINE_FORMATS and order.data_type != "text" and order.format_name is not None
    name = format_of(order.output, order.format_name if of_table else found or order.format_name)
    if order.data_type != "text":
        refuse_lines(order.output, name)
    return formats.canonical(name)


def _learnt(order: Order, parameters: Chosen, learner: Learner, share: float, tell: Tell) -> Learnt:
    tell("read", 0.0)
    table, metadata, _ = typed(given(order.source, parameters, format_name=order.format_name), parameters)
    if _written_as(order) in LINE_FORMATS:
        refuse_lineless(table)
    refuse_broken(table, metadata, parameters.constraints)
    tell("fit", 0.1)
    return learner.learn(table, metadata, share)


def _settings(parameters: Chosen, learnt: Learnt) -> ReportSettings:
    told = parameters.model_dump(mode="json")
    return ReportSettings(
        parameters.min_level_rows, told, learnt.notes, gate=told["release_gate"], breaches=learnt.breaches
    )


def _release(judgement: Report, report: Path | None) -> None:
    """Write the report, if it is wanted; GateFailed if it keeps the rows back."""
    with told_as_usage(report, "--report"):
        if report is not None:
            judgement.save(report)
    if judgement.gate is not None and judgement.gate.failures:
        raise GateFailed(judgement.gate.sentence)


def _kept(blocks: Iterable[pl.DataFrame], drawn: list[pl.DataFrame], most: int) -> Iterator[pl.DataFrame]:
    """The blocks, the first of them kept to be judged: as many rows as a report looks at."""
    n_kept = 0
    for block in blocks:
        if n_kept < most:
            drawn.append(block)
            n_kept += block.height
        yield block


def _told(blocks: Iterable[pl.DataFrame], heights: list[int], n_rows: int | None, tell: Tell) -> Iterator[pl.DataFrame]:
    for block in blocks:
        share = sum(heights) / n_rows if n_rows else 0.0  # of whole sequences nobody knows how many rows there will be
        tell("generate", 0.4 + 0.5 * min(1.0, share))
        heights.append(block.height)
        yield block


def _write(
    partial: Path,
    order: Order,
    how: tuple[formats.Format, CsvParameters],
    blocks: Iterable[pl.DataFrame],
    learnt: Learnt,
) -> None:
    writer, csv = how
    options = formats.WriteOptions(delimiter=csv.delimiter or ",", safe=csv.safe)
    with (
        told_as_usage(order.output, "--output"),
        partial.open("wb") as stream,
        formats.compressed(cast(BinaryIO, stream), formats.split_path(order.output.name)[1]) as plain,
    ):
        writer.write(blocks, learnt.metadata, plain, options)
