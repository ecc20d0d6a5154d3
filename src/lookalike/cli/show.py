"""Jobs and figures as lines for people."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from rich.console import Console, Group
from rich.live import Live

from lookalike.client.answers.jobs import Artefact, JobEvent, JobStage, JobStatusResponse
from lookalike.client.following import doing
from lookalike.client.progress import progress_bar

MARKS = {"pending": "·", "processing": "▸", "completed": "✓", "failed": "✗", "skipped": "–"}


def show_progress(statuses: Iterable[JobStatusResponse]) -> JobStatusResponse:
    """The last of a job's statuses; its way there is shown as it goes, at a terminal."""
    with progress_bar() as bar:
        for job in statuses:
            bar(doing(job), job["progress"] / 100)
    return job


def live_stages(statuses: Iterable[JobStatusResponse], console: Console) -> JobStatusResponse:
    """Show a job's stages as they go, a line each; at a terminal they change in place. Returns the last status."""
    with Live(console=console, auto_refresh=False, transient=not console.is_terminal) as live:
        for job in statuses:
            live.update(Group(*_stage_lines(job)), refresh=True)
    if not console.is_terminal:
        console.print(Group(*_stage_lines(job)))
    return job


def _stage_lines(job: JobStatusResponse) -> list[str]:
    lines = [f"  {MARKS[s['status']]} {s['name']:<9} {_blocks(s['progress'])} {_seconds(s)}" for s in job["stages"]]
    return [*lines, f"    {job['status']}, {job['progress']} %", ""]


def _blocks(percent: int) -> str:
    return "━" * (percent // 5) + " " * (20 - percent // 5)


def _seconds(stage: JobStage) -> str:
    begun, over = stage.get("start_time"), stage.get("end_time")
    if begun is None or over is None:
        return ""
    return f"{(datetime.fromisoformat(over) - datetime.fromisoformat(begun)).total_seconds():5.1f} s"


def job_line(job: JobStatusResponse) -> str:
    """One job on one line."""
    return f"{job['job_id']}  {job['status']:<11} {job['progress']:>3} %  {job['start_time']}"


def job_page(job: JobStatusResponse) -> str:
    """One job on a few lines."""
    metadata = job["metadata"]
    lines = [job_line(job), ""]
    lines += [f"  {MARKS[s['status']]} {s['name']:<9} {s['progress']:>3} %" for s in job["stages"]]
    place = job["configuration"]["output_location"]
    lines += [
        "",
        f"  output in {place['bucket']}/{place['path']}",
        f"  rows in {metadata['input_rows']}, rows out {metadata['output_rows']}, restarts {metadata['retry_count']}",
    ]
    if "error" in job:
        lines += [f"  {job['error']['code']}: {job['error']['message']}"]
    return "\n".join(lines)


def event_line(event: JobEvent) -> str:
    """One event of a job on one line."""
    job = event["data"]
    told = f"{job.get('status', '-'):<11} {job.get('progress', 0):>3} %"
    return f"{event['sequence']:>4}  {event['created_at']}  {event['type']:<13}  {told}"


def artefact_line(artefact: Artefact) -> str:
    """One artefact on one line."""
    rows = "" if artefact["rows"] is None else f"{artefact['rows']:,} rows"
    return f"{artefact['name']:<20} {artefact['size_bytes']:>15,} bytes  {rows}".rstrip()


def figure_lines(figures: Mapping[str, Any]) -> list[str]:
    """A table of figures: what was measured on synthetic rows, and on fresh real rows."""
    width = max(len(name) for name in figures)
    lines = [f"{'':<{width}}  {'synthetic':>9}  {'fresh real':>10}"]
    return lines + [f"{name:<{width}}  {_number(f.value):>9}  {_number(f.floor):>10}" for name, f in figures.items()]


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
