"""A job that uses the model of another one: whose, which, and what may stand beside it."""

from typing import Any

import pytest

from lookalike.jobs import Beat, Limits
from lookalike.jobs.job import NewJob
from lookalike.jobs.states import JobStatus
from somebody import SOMEBODY

FIELD = "parameters.model_from_job"
MISSING = "00000000-0000-4000-8000-000000000000"
LIMITS = Limits(9, 9)


def completed(service: Any, customer: str = "alice", **changes: Any) -> str:
    """A job that has ended well."""
    job_id = service.job(customer, **changes)
    finish(service, JobStatus.COMPLETED)
    return str(job_id)


def finish(service: Any, status: JobStatus) -> None:
    service.store.admit(LIMITS)
    job = service.store.claim("worker", 60, LIMITS)
    error = None if status is JobStatus.COMPLETED else ("INTERNAL", "It failed.")
    assert service.store.finish(job, status, error, Beat())


def refused(answer: Any) -> list[tuple[str, str]]:
    """Fields and messages of a refusal."""
    assert (400, "VALIDATION_ERROR") == (answer.status_code, answer.json()["error"]["code"])
    return [(error["field"], error["message"]) for error in answer.json()["error"]["details"]["errors"]]


def test_a_completed_job_lends_its_model(service: Any) -> None:
    """The id is shown in lower case; how the model was learnt is shown as it was, and no row counts as held back."""
    learnt = {"privacy": "private", "exclude": ["a"], "min_level_rows": 7, "holdout_share": 0.2, "seed": 1}
    lender = completed(service, parameters={**learnt, "conditions": {"b": 2}})
    job_id = service.job(parameters={"model_from_job": lender.upper(), "impute": ["b"], "seed": 2})
    shown = service.get(f"/api/v2/jobs/{job_id}").json()["configuration"]["parameters"]

    assert {**learnt, "holdout_share": 0.0, "seed": 2, "model_from_job": lender}.items() <= shown.items()
    assert (None, ["b"]) == (shown["conditions"], shown["impute"])
    assert shown == service.store.get(job_id).work["request"]["parameters"]


def test_a_lent_model_can_be_lent_again(service: Any) -> None:
    """What is shown of the learning comes from the first of a row of jobs."""
    first = completed(service, parameters={"quality": "high"})
    second = completed(service, parameters={"model_from_job": first})
    third = service.job(parameters={"model_from_job": second})
    shown = service.get(f"/api/v2/jobs/{third}").json()["configuration"]["parameters"]

    assert ("high", second) == (shown["quality"], shown["model_from_job"])


def test_anothers_job_is_as_one_that_is_not_there(service: Any) -> None:
    """Another customer's job, one of a project the token may not see, and none at all are refused in the same words."""
    theirs = completed(service, "bob")
    hidden = completed(service, project_id="p2")
    limited = service.headers(projects=frozenset({"p1"}))
    answers = [service.create(parameters={"model_from_job": job_id}) for job_id in (MISSING, theirs)]
    body = service.body(parameters={"model_from_job": hidden})
    answers.append(service.client.post("/api/v2/jobs", json=body, headers=limited))

    assert [[(FIELD, "names no job of yours")]] * 3 == [refused(answer) for answer in answers]
    assert 1 == len({answer.json()["error"]["message"] for answer in answers})


def test_a_job_of_another_project_cannot_lend(service: Any) -> None:
    """Not even to the same customer."""
    lender = completed(service, project_id="p2")

    assert [(FIELD, "names a job of another project")] == refused(service.create(parameters={"model_from_job": lender}))


def test_a_job_of_another_data_type_cannot_lend(service: Any) -> None:
    """A model of texts draws no rows."""
    known = service.store.get(service.job())
    service.post(f"/api/v2/jobs/{known.job_id}/cancel")
    where = {"bucket": "data", "path": "other"}
    configuration = {**known.configuration, "data_type": "text", "output_location": where}
    given = {f: getattr(known, f) for f in ("customer_id", "project_id", "work", "timeout_s", "resume_window_s")}
    new = NewJob(job_id=MISSING, configuration=configuration, **given)
    service.store.submit(new, LIMITS, None, SOMEBODY)
    finish(service, JobStatus.COMPLETED)

    assert [(FIELD, "names a job of another data type")] == refused(
        service.create(parameters={"model_from_job": MISSING})
    )


@pytest.mark.parametrize(
    ("action", "state"), [(None, "initialized"), ("pause", "paused"), ("cancel", "cancelled"), ("fail", "failed")]
)
def test_only_a_completed_job_can_lend(service: Any, action: str | None, state: str) -> None:
    """Any other state is refused by its name."""
    lender = service.job()
    if action == "fail":
        finish(service, JobStatus.FAILED)
    elif action:
        service.post(f"/api/v2/jobs/{lender}/{action}")

    assert [(FIELD, f"names a job that is {state}, not completed")] == refused(
        service.create(parameters={"model_from_job": lender})
    )


def test_an_expired_job_cannot_lend(service: Any) -> None:
    """From the moment it expires, whether or not it was taken away already."""
    lender = completed(service)
    service.store.dismiss(lender, None)

    assert [(FIELD, "names a job that has expired")] == refused(service.create(parameters={"model_from_job": lender}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("privacy", "private"),
        ("quality", "high"),
        ("fit_rows", 100),
        ("min_level_rows", 3),
        ("constraints", [{"type": "unique", "columns": ["a"]}]),
        ("columns", {"a": {"type": "id"}}),
        ("exclude", ["a"]),
        ("holdout_share", 0.2),
    ],
)
def test_what_only_learning_uses_is_refused_beside_it(service: Any, name: str, value: object) -> None:
    """Set to something other than its default it would have no effect; each is named. The default may stand."""
    lender = completed(service)
    parameters = {"model_from_job": lender, "seed": 1}
    default = service.get(f"/api/v2/jobs/{lender}").json()["configuration"]["parameters"][name]
    wrong = service.create(parameters={**parameters, name: value, "part_rows": 7})

    assert [f"parameters.{name}"] == [field for field, _ in refused(wrong)]
    assert 202 == service.create(parameters={**parameters, name: default}).status_code


def test_all_that_has_no_effect_is_named_at_once(service: Any) -> None:
    """Beside other fields that are wrong."""
    asked = {"model_from_job": MISSING, "privacy": "private", "exclude": ["a"]}
    fields = [field for field, _ in refused(service.create(data_size=0, parameters=asked))]

    assert ["data_size", "parameters.exclude", "parameters.privacy"] == fields


@pytest.mark.parametrize("value", ["", "x", MISSING[:-1], f"{{{MISSING}}}", MISSING.replace("-", ""), 7, [MISSING]])
def test_what_is_no_uuid_is_refused(service: Any, value: object) -> None:
    """By the parameter's name."""
    assert [FIELD] == [field for field, _ in refused(service.create(parameters={"model_from_job": value}))]


TABLE = {"bucket": "data", "path": "in/adult.csv"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"bucket": "nowhere"}, "parameters.conditions.bucket"),
        ({"path": "in/none.csv"}, "parameters.conditions.path"),
        ({"path": "../adult.csv"}, "parameters.conditions.path"),
        ({"path": "/in/adult.csv"}, "parameters.conditions.path"),
        ({"path": "in/"}, "parameters.conditions.path"),
        ({"path": ""}, "parameters.conditions.path"),
        ({"path": ".lookalike/x.csv"}, "parameters.conditions.path"),
    ],
)
def test_a_table_of_conditions_must_be_there(service: Any, change: dict[str, str], field: str) -> None:
    """A bucket the service does not know, a path that means nothing or no object there is 400 by name."""
    assert 202 == service.create(parameters={"conditions": TABLE}).status_code
    assert [field] == [name for name, _ in refused(service.create(parameters={"conditions": {**TABLE, **change}}))]


def test_a_table_of_conditions_is_not_overwritten(service: Any) -> None:
    """The output may not go where the table lies."""
    (service.home / "buckets" / "data" / "in" / "c.csv").write_text("a\n1\n")
    asked = {"conditions": {**TABLE, "path": "in/c.csv"}}

    assert [("output_path", "would overwrite the table of conditions")] == refused(
        service.create(output_path="in/c.csv", parameters=asked)
    )


def test_a_table_of_conditions_is_read_only_by_those_who_may(service: Any) -> None:
    """A bucket that the customer may not read is 403 for conditions too."""
    asked = {"conditions": {"bucket": "vault", "path": "adult.csv"}}

    assert 202 == service.create(parameters=asked).status_code
    assert 403 == service.create("carol", parameters=asked).status_code
