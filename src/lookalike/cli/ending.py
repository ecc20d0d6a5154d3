"""How a command ends: exit codes."""

from typing import TYPE_CHECKING

import click

from lookalike.errors import JobError, LookalikeError, MetadataError, SettingsError

if TYPE_CHECKING:
    from lookalike.client.answers.jobs import JobStatusResponse

DONE, OURS, USAGE, INPUT_REFUSED, JOB_FAILED, CANCELLED, GATE = 0, 1, 2, 3, 4, 5, 6


def exit_code(error: LookalikeError) -> int:
    """The code a shell sees for an error."""
    match error:
        case SettingsError():
            return USAGE
        case MetadataError():
            return INPUT_REFUSED
        case JobError():
            return _of_code(error.code)
    # what the caller can mend, here or at the service, is the caller's; a service that is away or at fault is not
    return USAGE if error.status < 500 and not error.retryable else OURS


def ended(job: "JobStatusResponse") -> int:
    """The exit code that tells how a job ended."""
    if job["status"] == "completed":
        return DONE
    if job["status"] == "cancelled":
        return CANCELLED
    code, message = job["error"]["code"], job["error"]["message"]
    click.echo(f"lookalike: {code}: {message}", err=True)
    return _of_code(code)


def _of_code(code: str) -> int:
    if code == "GATE_FAILED":
        return GATE
    return INPUT_REFUSED if code.startswith(("INPUT_", "CONSTRAINT_")) else JOB_FAILED
