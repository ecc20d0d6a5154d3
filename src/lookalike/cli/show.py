"""Jobs and figures as lines for people."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

MARKS = {"pending": "·", "processing": "▸", "completed": "✓", "failed": "✗", "skipped": "–"}


class Bar(Protocol):
    """A progress bar in use."""

    def __call__(self, doing: str, share: float) -> None:
        """Say what is being done and how much of the whole is, 0 … 1."""


@contextmanager
def progress_bar() -> Iterator[Bar]:
    """A bar on standard error; silent where that is no terminal."""
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=1.0)

        def bar(doing: str, share: float) -> None:
            progress.update(task, description=doing, completed=share)

        yield bar


def show_progress(statuses: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Show a job's way as it goes; returns its last status."""
    job: dict[str, Any] = {}
    with progress_bar() as bar:
        for job in statuses:
            bar(_doing(job), job["progress"] / 100)
            if not sys.stderr.isatty():
                sys.stderr.write(f"{job['progress']:>3} % {_doing(job)}\n")
    return job


def live_stages(statuses: Iterable[dict[str, Any]], console: Console) -> dict[str, Any]:
    """Show a job's stages as they go, a line each; at a terminal they change in place. Returns the last status."""
    job: dict[str, Any] = {}
    with Live(console=console, auto_refresh=False, transient=not console.is_terminal) as live:
        for job in statuses:
            live.update(Group(*_stage_lines(job)), refresh=True)
    if not console.is_terminal and job:
        console.print(Group(*_stage_lines(job)))
    return job


def _stage_lines(job: dict[str, Any]) -> list[str]:
    lines = [f"  {MARKS[s['status']]} {s['name']:<9} {_blocks(s['progress'])} {_seconds(s)}" for s in job["stages"]]
    return [*lines, f"    {job['status']}, {job['progress']} %", ""]


def _blocks(percent: int) -> str:
    return "━" * (percent // 5) + " " * (20 - percent // 5)


def _seconds(stage: dict[str, Any]) -> str:
    if stage["start_time"] is None or stage["end_time"] is None:
        return ""
    begun, over = (datetime.fromisoformat(stage[key]) for key in ("start_time", "end_time"))
    return f"{(over - begun).total_seconds():5.1f} s"


def job_line(job: dict[str, Any]) -> str:
    """One job on one line."""
    place = job["configuration"]["output_location"]
    where = f"{place['bucket']}/{place['path']}"
    return f"{job['job_id']}  {job['status']:<11} {job['progress']:>3} %  {job['start_time']}  {where}"


def job_page(job: dict[str, Any]) -> str:
    """One job on a few lines."""
    metadata = job["metadata"]
    lines = [job_line(job), ""]
    lines += [f"  {MARKS[s['status']]} {s['name']:<9} {s['progress']:>3} %" for s in job["stages"]]
    lines += [
        "",
        f"  rows in {metadata['input_rows']}, rows out {metadata['output_rows']}, restarts {metadata['retry_count']}",
    ]
    if "error" in job:
        lines += [f"  {job['error']['code']}: {job['error']['message']}"]
    return "\n".join(lines)


def _doing(job: dict[str, Any]) -> str:
    running = [stage["name"] for stage in job["stages"] if stage["status"] == "processing"]
    return running[0] if job["status"] == "running" and running else str(job["status"])


def figure_lines(figures: Mapping[str, Any]) -> list[str]:
    """A table of figures: what was measured on synthetic rows, and on fresh real rows."""
    width = max(len(name) for name in figures)
    lines = [f"{'':<{width}}  {'synthetic':>9}  {'fresh real':>10}"]
    return lines + [f"{name:<{width}}  {_number(f.value):>9}  {_number(f.floor):>10}" for name, f in figures.items()]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
