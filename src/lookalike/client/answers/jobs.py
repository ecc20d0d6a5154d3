"""Of jobs and of the models they learn."""

from typing import Any, Literal, NotRequired, TypedDict

from lookalike.client.answers.webhooks import WebhookEventEnum

JobStatusEnum = Literal["queued", "running", "completed", "failed", "cancelled", "paused", "initialized"]
JobStageStatusEnum = Literal["pending", "processing", "completed", "failed", "skipped"]


class Location(TypedDict):
    """A place in a bucket."""

    bucket: str
    path: str


class CreateJobRequest(TypedDict):
    """A new job."""

    data_type: str
    data_size: int
    input_format: str
    output_format: str
    input_bucket: str
    output_bucket: str
    input_path: str
    output_path: str
    project_id: str
    is_async: NotRequired[bool]
    timeout: NotRequired[int]
    resume_window: NotRequired[int]
    parameters: NotRequired[dict[str, Any]]


class JobCreationResponse(TypedDict):
    """What became of a submission."""

    job_id: str
    status: Literal["accepted", "rejected"]
    message: NotRequired[str | None]


class JobError(TypedDict):
    """Why a job failed."""

    code: str
    message: str


class JobStage(TypedDict):
    """One stage of a job; progress in percent."""

    name: str
    status: JobStageStatusEnum
    progress: NotRequired[int]
    start_time: NotRequired[str | None]
    end_time: NotRequired[str | None]
    error: NotRequired[dict[str, Any] | None]


class JobMetadata(TypedDict):
    """Facts about a job; sizes in bytes, `processing_time` in seconds."""

    input_size: NotRequired[int]
    output_size: NotRequired[int | None]
    processing_time: NotRequired[int | None]
    retry_count: NotRequired[int]
    expiration_date: NotRequired[str | None]
    input_rows: NotRequired[int | None]
    output_rows: NotRequired[int | None]
    submitted_at: NotRequired[str]
    started_at: NotRequired[str | None]
    pause_reason: NotRequired[str | None]
    resume_deadline: NotRequired[str | None]


class JobConfiguration(TypedDict):
    """What a job was asked to do."""

    input_location: Location
    output_location: Location
    data_type: str
    project_id: str
    parameters: NotRequired[dict[str, Any]]
    input_format: NotRequired[str]
    output_format: NotRequired[str]
    data_size: NotRequired[int]
    is_async: NotRequired[bool]
    timeout: NotRequired[int]
    resume_window: NotRequired[int]


class JobStatusResponse(TypedDict):
    """A job; progress in percent."""

    job_id: str
    customer_id: str
    project_id: str
    status: JobStatusEnum
    progress: int
    start_time: str
    end_time: NotRequired[str | None]
    last_updated: str
    error: NotRequired[JobError]
    stages: list[JobStage]
    metadata: JobMetadata
    configuration: JobConfiguration


class JobHistoryResponse(TypedDict):
    """A page of jobs."""

    jobs: list[JobStatusResponse]
    total: int
    next_offset: NotRequired[int | None]


class JobActionResponse(TypedDict):
    """What came of an action."""

    success: bool
    message: NotRequired[str | None]


class JobEvent(TypedDict):
    """Something that happened to a job; `data` is the job as it was then."""

    event_id: str
    type: WebhookEventEnum
    sequence: int
    created_at: str
    data: dict[str, Any]


class JobEventListResponse(TypedDict):
    """Some events of a job."""

    events: list[JobEvent]
    next_after: int | None


class Artefact(TypedDict):
    """Something that a job left; rows and SHA-256 are told of parts of the output."""

    name: str
    size_bytes: int
    media_type: str
    rows: int | None
    sha256: str | None


class ArtefactListResponse(TypedDict):
    """All that a job left."""

    artefacts: list[Artefact]


class PreviewColumn(TypedDict):
    """What a column is taken for, and what becomes of it."""

    name: str
    type: str
    role: str
    missing: float
    levels: int
    personal: bool
    treatment: str


class PreviewConstraint(TypedDict):
    """A rule, and how many of the rows that were looked at do not keep it."""

    constraint: dict[str, Any]
    broken: int


class Refusal(TypedDict):
    """What a job would fail of."""

    code: str
    message: str


class PreviewSequence(TypedDict):
    """What makes the rows of time series follow each other."""

    key: list[str]
    index: str | None
    context: list[str]
    series: int


class PreviewEstimate(TypedDict):
    """About what a job would take."""

    seconds: int
    memory_bytes: int
    output_bytes: int


class PreviewResponse(TypedDict):
    """What a job would do."""

    columns: list[PreviewColumn]
    rows: list[list[str | None]]
    rows_seen: int
    rows_total: int
    estimated: bool
    constraints: list[PreviewConstraint]
    sequence: PreviewSequence | None
    warnings: list[str]
    refusals: list[Refusal]
    estimate: PreviewEstimate | None


class Model(TypedDict):
    """A model that a job learnt."""

    job_id: str
    project_id: str
    data_type: Literal["tabular", "text", "time_series"]
    input_location: Location
    created_at: str
    expires_at: str


class ModelListResponse(TypedDict):
    """A page of models."""

    models: list[Model]
    total: int
    next_offset: int | None
