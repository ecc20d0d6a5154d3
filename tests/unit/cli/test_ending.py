"""Exit codes: what a shell sees of each way a command may end."""

import pytest

from lookalike import errors
from lookalike.cli.ending import ended, exit_code
from lookalike.client import ServiceAway, ServiceError
from lookalike.errors import LookalikeError

CODES: list[tuple[LookalikeError, int]] = [
    (errors.UsageError("x"), 2),
    (errors.ValidationError("x"), 2),
    (errors.SettingsError("x"), 2),
    (errors.InputNotFound("x"), 3),
    (errors.InputInvalid("x"), 3),
    (errors.InputRefused("x"), 3),
    (errors.InputChanged("x"), 3),
    (errors.ConstraintBroken("x"), 3),
    (errors.MetadataError("x"), 3),
    (errors.ConditionsUnreachable("x"), 4),
    (errors.OutputExists("x"), 4),
    (errors.StorageFailed("x"), 4),
    (errors.WorkerLost("x"), 4),
    (errors.JobTimeout("x"), 4),
    (errors.GateFailed("x"), 6),
    (errors.InternalError("x"), 1),
    (errors.Unauthorized("x"), 2),
    (errors.QuotaExceeded("x"), 1),
    (ServiceError(400, "VALIDATION_ERROR", "x"), 2),
    (ServiceError(500, "JOB_SUBMISSION_FAILED", "x"), 1),
    (ServiceAway("x"), 1),
]


@pytest.mark.parametrize(("error", "code"), CODES, ids=lambda v: getattr(v, "code", ""))
def test_errors(error: LookalikeError, code: int) -> None:
    """Usage is 2, a refused input 3, a failed job 4, the gate 6, our own fault 1."""

    assert code == exit_code(error)


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        ("completed", None, 0),
        ("cancelled", None, 5),
        ("failed", "INPUT_REFUSED", 3),
        ("failed", "CONSTRAINT_BROKEN_BY_INPUT", 3),
        ("failed", "GATE_FAILED", 6),
        ("failed", "JOB_TIMEOUT", 4),
        ("failed", "INTERNAL", 4),
    ],
)
def test_jobs(capsys: pytest.CaptureFixture[str], status: str, error: str | None, code: int) -> None:
    """How a job ended is the exit code; why it failed goes to standard error, nothing to standard output."""
    job = {"status": status, **({"error": {"code": error, "message": "It did."}} if error else {})}

    assert code == ended(job)
    told = capsys.readouterr()
    assert "" == told.out
    assert (f"lookalike: {error}: It did.\n" if error else "") == told.err
