"""Jobs as the API would store them, without a request."""

import uuid
from typing import Any

from lookalike import plugins
from lookalike.audit import By
from lookalike.jobs.job import NewJob
from lookalike.operations.submission import Rules, Submission, check, configuration
from lookalike.pipeline.work import Work
from lookalike.version import VERSION

BY = By("bench", "bench", "measured")
SEED = 7  # the same in all: what is measured shall be the same job
ROWS_MAX = 1_000_000_000


def submission(
    path: str, n_rows: int, *, input_format: str = "csv", output_format: str = "csv", **parameters: Any
) -> Submission:
    """A request for rows like those of the table in the bucket `in`."""
    return Submission(
        data_type="tabular",
        data_size=n_rows,
        input_format=input_format,
        output_format=output_format,
        input_bucket="in",
        output_bucket="out",
        input_path=f"table.{input_format}",
        output_path=path,
        project_id="bench",
        parameters={"seed": SEED, **parameters},
    )


def new_job(asked: Submission, customer_id: str) -> NewJob:
    """The request, checked and with an id."""
    request = check(asked, _RULES)
    job_id = str(uuid.uuid4())
    return NewJob(
        job_id=job_id,
        customer_id=customer_id,
        project_id=asked.project_id,
        configuration=configuration(asked, request),
        work=Work(job_id, VERSION, request).to_json(),
        timeout_s=asked.timeout,
        resume_window_s=asked.resume_window,
        origin={"request_id": str(uuid.uuid4())},
    )


_RULES = Rules(
    formats=plugins.names("lookalike.formats"),
    knows_bucket=lambda name: True,
    rows_max=ROWS_MAX,
    object_rows_max=ROWS_MAX,
    timeout_max_s=86_400,
    input_max_bytes=10 * 1024**3,
    draw=lambda bits: SEED,
)
