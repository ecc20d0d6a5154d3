"""Files written: nothing stands at a place until all of it does, and what the system says is said in words of ours."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lookalike.errors import UsageError


def check_report(report: Path | None) -> None:
    """Better said before the work than after."""
    if report is not None and report.suffix.lower() not in (".html", ".json"):
        raise UsageError(f"A report cannot be written as '{report.suffix}'.", hint="End its name in .html or .json.")
    if report is not None:
        check_folder(report, "--report")


def check_folder(path: Path, option: str) -> None:
    """
    Nothing, if a file can be written there.

    Raises:
        UsageError: it cannot; names the option that says so.
    """
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(
            f"'{path}' cannot be written: it is a folder, or its folder is not there.", hint=f"Give another {option}."
        )


@contextmanager
def draft(output: Path) -> Iterator[Path]:
    """A file beside the output that takes its place when all has ended well: a reader never sees half a file."""
    partial = output.with_name(f".{output.name}.partial")
    try:
        yield partial
        with told_as_usage(output, "--output"):
            os.replace(partial, output)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def told_as_usage(path: Path | None, option: str) -> Iterator[None]:
    """What the system says of a file that cannot be written, in words of ours."""
    try:
        yield
        return
    except OSError as error:
        reason = error.strerror or "it failed"
    raise UsageError(f"'{path}' cannot be written: {reason}.", hint=f"Give another {option}.")
