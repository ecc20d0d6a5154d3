"""A file in, a file of new rows out: what `lookalike generate` does, all in this process."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import polars as pl

from lookalike import formats
from lookalike.data.breaches import refuse_broken
from lookalike.data.learnt import learnt_from
from lookalike.data.parameters import TabularParameters, checked, refuse
from lookalike.data.split import note, split
from lookalike.engines import BLOCK_ROWS
from lookalike.errors import GateFailed, UsageError
from lookalike.evaluation.gate import problems
from lookalike.evaluation.report import Report, ReportSettings, evaluate_tables
from lookalike.library import TabularModel, TabularSynthesizer
from lookalike.tables import format_of, given, typed

Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class Order:
    """What is to be made from what; `format_name` for files whose suffix does not tell."""

    source: Path
    output: Path
    n_rows: int
    format_name: str | None
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class Done:
    """What came of it."""

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
        report: Where to write a report. With it, or a release gate, `holdout_share` of the rows is not learnt from.
        tell: Hears what is being done and how much of the whole is.

    Raises:
        LookalikeError: says what is wrong with input, parameters or output.
        GateFailed: the rows may not be released; the report is written, they are not.
    """
    check_report(report)
    _check_folder(order.output, "--output")
    writer = formats.load(format_of(order.output, formats.split_path(order.output.name)[0] or order.format_name))
    parameters = checked(TabularParameters, order.parameters)
    refuse(problems(parameters.release_gate, held_back=parameters.holdout_share > 0))
    synthesizer = TabularSynthesizer(**{**order.parameters, "release_gate": None})
    tell("read", 0.0)
    table, metadata, _ = typed(given(order.source, parameters, format_name=order.format_name), parameters)
    refuse_broken(table, metadata, parameters.constraints)
    judging = report is not None or parameters.release_gate is not None
    share = parameters.holdout_share if judging else 0.0
    train, holdout = split(table, share, synthesizer.seed)
    tell("fit", 0.1)
    model = synthesizer.fit_typed(train, metadata)
    judged: list[pl.DataFrame] = []
    blocks = _told(_kept(model.typed_blocks(order.n_rows), judged), order.n_rows, tell)
    held = note(table.height, share)
    done = Done(synthesizer.seed, (*([held] if held else []), *model.notes), None)
    with _draft(order.output) as draft:
        _write(draft, order, writer, blocks, model)
        if not judging:
            return done
        tell("evaluate", 0.9)
        tables = (learnt_from(train, parameters.fit_rows, synthesizer.seed), pl.concat(judged), holdout)
        settings = _settings(parameters, model, done)
        judgement = evaluate_tables(*tables, metadata=metadata, seed=done.seed, settings=settings)
        return replace(done, report=_released(judgement, report))


def _settings(parameters: TabularParameters, model: TabularModel, done: Done) -> ReportSettings:
    told = parameters.model_dump(mode="json")
    return ReportSettings(
        parameters.min_level_rows, told, done.notes, gate=told["release_gate"], breaches=model.breaches
    )


def _released(judgement: Report, report: Path | None) -> Report:
    """The report, written if it is wanted; GateFailed if it keeps the rows back."""
    with _told_as_usage(report, "--report"):
        if report is not None:
            judgement.save(report)
    if judgement.gate is not None and judgement.gate.failures:
        raise GateFailed(judgement.gate.sentence)
    return judgement


def check_report(report: Path | None) -> None:
    """Better said before the work than after."""
    if report is not None and report.suffix.lower() not in (".html", ".json"):
        raise UsageError(f"A report cannot be written as '{report.suffix}'.", hint="End its name in .html or .json.")
    if report is not None:
        _check_folder(report, "--report")


def _check_folder(path: Path, option: str) -> None:
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(
            f"'{path}' cannot be written: it is a folder, or its folder is not there.", hint=f"Give another {option}."
        )


def _kept(blocks: Iterable[pl.DataFrame], judged: list[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The blocks, the first of them kept to be judged: as many rows as a report looks at."""
    for block in blocks:
        if not judged:
            judged.append(block)
        yield block


def _told(blocks: Iterable[pl.DataFrame], n_rows: int, tell: Tell) -> Iterator[pl.DataFrame]:
    for number, block in enumerate(blocks):
        tell("generate", 0.4 + 0.5 * min(1.0, number * BLOCK_ROWS / n_rows))
        yield block


@contextmanager
def _draft(output: Path) -> Iterator[Path]:
    """A file beside the output that takes its place when all has ended well: a reader never sees half a file."""
    partial = output.with_name(f".{output.name}.partial")
    try:
        yield partial
        with _told_as_usage(output, "--output"):
            os.replace(partial, output)
    finally:
        partial.unlink(missing_ok=True)


def _write(
    draft: Path, order: Order, writer: formats.Format, blocks: Iterable[pl.DataFrame], model: TabularModel
) -> None:
    csv = checked(TabularParameters, order.parameters).csv
    options = formats.WriteOptions(delimiter=csv.delimiter or ",", safe=csv.safe)
    with (
        _told_as_usage(order.output, "--output"),
        draft.open("wb") as stream,
        formats.compressed(cast(BinaryIO, stream), formats.split_path(order.output.name)[1]) as plain,
    ):
        writer.write(blocks, model.metadata, plain, options)


@contextmanager
def _told_as_usage(path: Path | None, option: str) -> Iterator[None]:
    """What the system says of a file that cannot be written, in words of ours."""
    try:
        yield
        return
    except OSError as error:
        reason = error.strerror or "it failed"
    raise UsageError(f"'{path}' cannot be written: {reason}.", hint=f"Give another {option}.")
