"""
Every error Lookalike can tell someone about, in one tree.

An error has a stable `code` (what programs match on), an HTTP `status`, a `retryable` verdict (would the same request
succeed later, unchanged?) and a `hint` (what to do). The message names what is wrong and where; it never holds a cell
of data or a secret.
"""

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path


class LookalikeError(Exception):
    """Base of the tree: anything a caller may be shown."""

    code = "INTERNAL"
    status = 500
    retryable = False
    hint = "Try again; if it stays, report it with the request or job id."

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if hint is not None:
            self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InternalError(LookalikeError):
    """Our own fault; the details are in the log, not in the message."""


# ── what the caller asked for ─────────────────────────────────────────────────────────────────────────────────────────


class ValidationError(LookalikeError):
    """A request, setting or argument that cannot mean anything; `fields` says which."""

    code, status, hint = "VALIDATION_ERROR", 400, "Correct the named fields and send it again."

    def __init__(self, message: str, *, fields: Sequence[tuple[str, str]] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.fields = tuple(fields)


class UsageError(LookalikeError):
    """A command or a library call used wrongly."""

    code, status, hint = "USAGE", 400, ""


class InvalidStatus(ValidationError):
    """A status to filter by that there is not."""

    code, hint = "INVALID_STATUS_FORMAT", "Use one of the statuses the document lists."


class SettingsError(LookalikeError):
    """A settings file or an environment variable that is wrong."""

    code, status, hint = "SETTINGS_INVALID", 500, "Correct lookalike.toml or the environment variable."


class MetadataError(LookalikeError):
    """Columns that do not match what was fitted, or a description of columns that makes no sense."""

    code, status, hint = "METADATA_INVALID", 400, "Give the same columns as in fitting."


class ModelFileError(LookalikeError):
    """A model file that is damaged, not one of ours, or of another version."""

    code, status, hint = "MODEL_INVALID", 400, "Fit the model again with this version."


class ExtraMissing(LookalikeError):
    """Something that needs an optional dependency which is not installed."""

    code, status = "EXTRA_MISSING", 400

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs the extra '{extra}'.", hint=f"Install it: pip install 'lookalike[{extra}]'")


class Unauthorized(LookalikeError):
    """No token, or one that is not good."""

    code, status, hint = "UNAUTHORIZED", 401, "Send 'Authorization: Bearer TOKEN' with a valid token."


class AccessDenied(LookalikeError):
    """A good token that may not do this."""

    code, status, hint = "ACCESS_DENIED", 403, "Use a token of the owner with the scope this needs."


class NotFound(LookalikeError):
    """Nothing at this path."""

    code, status, hint = "NOT_FOUND", 404, "See /openapi.json for what there is."


class JobNotFound(NotFound):
    """No job of that id."""

    code, hint = "JOB_NOT_FOUND", "List your jobs with GET /api/v2/jobs."


class WebhookNotFound(NotFound):
    """No webhook of that id."""

    code, hint = "WEBHOOK_NOT_FOUND", "List your webhooks with GET /api/v2/webhooks."


class DeliveryNotFound(NotFound):
    """No delivery of that id."""

    code, hint = "DELIVERY_NOT_FOUND", "List them with GET /api/v2/webhooks/{webhook_id}/deliveries."


class ObjectMissing(NotFound):
    """No object at this path of a bucket."""

    code, hint = "OBJECT_NOT_FOUND", "Check bucket and path."


class ArtefactNotFound(NotFound):
    """No such artefact of a job."""

    code, hint = "ARTEFACT_NOT_FOUND", "List them with GET /api/v2/jobs/{job_id}/artefacts."


class ObjectExists(LookalikeError):
    """Another object stands where one was to be put."""

    code, status, hint = "OBJECT_EXISTS", 409, "Choose another path; what stands in a bucket is never replaced."


class RangeNotSatisfiable(LookalikeError):
    """A range of bytes that begins behind the last one; `size_bytes` is how many there are."""

    code, status, hint = "RANGE_NOT_SATISFIABLE", 416, "Ask for bytes that are there."

    def __init__(self, size_bytes: int) -> None:
        super().__init__("The range begins behind the last byte.")
        self.size_bytes = size_bytes


class PreviewRefused(LookalikeError):
    """A preview that cannot be made within its limits."""

    code, status, hint = "PREVIEW_REFUSED", 400, "Submit the job without a preview: it has no such limits."


class MethodNotAllowed(LookalikeError):
    """The path exists, the verb does not."""

    code, status, hint = "METHOD_NOT_ALLOWED", 405, "See /openapi.json for what there is."


class PayloadTooLarge(LookalikeError):
    """A request body over the limit."""

    code, status, hint = "PAYLOAD_TOO_LARGE", 413, "Send a smaller body; data belongs in a bucket."


class QuotaExceeded(LookalikeError):
    """A customer's limit is reached for now."""

    code, status, retryable, hint = (
        "QUOTA_EXCEEDED",
        429,
        True,
        "Wait for some of your jobs to end, then send it again.",
    )


class RateLimited(LookalikeError):
    """A customer makes more requests than may be; `retry_after_s` is when the next one may be made."""

    code, status, retryable, hint = "RATE_LIMITED", 429, True, "Wait as long as Retry-After says, then send it again."

    def __init__(self, retry_after_s: float) -> None:
        super().__init__("Too many requests.")
        self.retry_after_s = retry_after_s


class ActionRefused(LookalikeError):
    """A cancel, pause or resume that the state forbids; `code` is CANCEL_FAILED, PAUSE_FAILED or RESUME_FAILED."""

    status, hint = 400, "Look at the job's status first."

    def __init__(self, code: str, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.code = code


class WebhookRefused(LookalikeError):
    """A webhook that cannot be registered."""

    code, status, hint = "WEBHOOK_REGISTRATION_FAILED", 400, "Correct it and register again."


class NotErased(LookalikeError):
    """Something of a customer is there still."""

    code, status, retryable, hint = "NOT_ERASED", 500, True, "Run it again, while a worker runs."


class OperationFailed(LookalikeError):
    """An operation that failed on our side; `code` is the operation's own 500 code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


# ── how a job may fail ────────────────────────────────────────────────────────────────────────────────────────────────


class JobError(LookalikeError):
    """Ends a job as `failed`, with this code in `error.code`."""

    status = 400


class InputNotFound(JobError):
    """The input object is not there."""

    code, hint = "INPUT_NOT_FOUND", "Check bucket and path."


class InputInvalid(JobError):
    """The input cannot be read as what it was said to be."""

    code, hint = "INPUT_INVALID", "Repair the file, or name the format it is in."


class InputRefused(JobError):
    """The input can be read but not learnt from: too small, nested, without columns."""

    code, hint = "INPUT_REFUSED", "Give at least 20 rows of flat columns."


class InputChanged(JobError):
    """The input object changed while it was being read."""

    code, retryable, hint = "INPUT_CHANGED", True, "Do not write to the input while a job reads it; submit again."


class ConstraintBroken(JobError):
    """A rule that the input itself does not keep."""

    code, hint = "CONSTRAINT_BROKEN_BY_INPUT", "Repair the input or drop the rule."


class ConditionsUnreachable(JobError):
    """Conditions that could not be met often enough."""

    code, hint = "CONDITIONS_UNREACHABLE", "Ask for fewer rows or looser conditions."


class GateFailed(JobError):
    """The release gate did not let the output pass."""

    code, hint = "GATE_FAILED", "See the report; choose a more private setting or another gate."


class OutputExists(JobError):
    """Something already stands at the output path."""

    code, hint = "OUTPUT_EXISTS", "Choose another output_path, or set parameters.if_exists to 'replace'."


class StorageFailed(JobError):
    """A bucket did not answer, or refused."""

    code, status, retryable, hint = (
        "STORAGE_FAILED",
        500,
        True,
        "Check the bucket and its credentials, then submit again.",
    )


class StorageAway(StorageFailed):
    """A bucket does not answer, or refuses the credentials: it may again. The job waits, it has not failed."""

    code = "STORAGE_AWAY"
    hint = "Check the bucket and its credentials, then resume the job."


class EndpointFailed(JobError):
    """The language model's server refuses what it is asked, or what it writes cannot be used."""

    code, status = "ENDPOINT_FAILED", 500
    hint = "Check the endpoint in the settings, its secret and the model's name, then submit again."


class EndpointAway(EndpointFailed):
    """The language model's server does not answer, or has too much to do; it may later. What it wrote is kept."""

    code, retryable = "ENDPOINT_AWAY", True
    hint = "Check the server, then resume the job or submit it again."


class EndpointBudget(JobError):
    """The requests or tokens that a job may spend on a language model are spent. What it wrote is kept."""

    code, hint = "ENDPOINT_BUDGET", "Raise max_requests or max_tokens of parameters.endpoint, or ask for fewer records."


class ComputeAway(LookalikeError):
    """The cluster that does a job's work cannot be reached, or cannot do it as it is. The job waits."""

    code, status, retryable = "COMPUTE_AWAY", 500, True
    hint = "Run `lookalike check` where the worker runs; when all is well resume the job."


class OutOfMemory(JobError):
    """The job needed more memory than it may have."""

    code, hint = "OUT_OF_MEMORY", "Set parameters.fit_rows, or raise jobs.memory_max_bytes."


class JobTimeout(JobError):
    """The job ran longer than its timeout."""

    code, hint = "JOB_TIMEOUT", "Raise timeout, or ask for fewer rows."


class WorkerLost(JobError):
    """The workers of this job died again and again."""

    code, status, hint = "WORKER_LOST", 500, "Look at the service's log; submit again."


class ResumeWindowExpired(JobError):
    """A paused job was not resumed in time."""

    code, hint = "RESUME_WINDOW_EXPIRED", "Submit the job again, with a longer resume_window."


def details(error: LookalikeError) -> Mapping[str, object]:
    """What goes into `error.details` of the envelope: the fields at fault, if there are any."""
    if isinstance(error, ValidationError) and error.fields:
        return {"errors": [{"field": field, "message": message} for field, message in error.fields]}
    return {}


def outline(error: BaseException) -> dict[str, str]:
    """
    What a log may hold of any exception: its kind, and the places it came through, innermost first.

    Its own words are left out, because those of a library may quote cells.
    """
    frames = reversed(traceback.extract_tb(error.__traceback__))
    places = (f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return {"error": type(error).__name__, "at": " < ".join(places)}
