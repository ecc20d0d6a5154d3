"""A bucket that errs, resets or hangs for a while changes nothing; one that stays away pauses the job, in time."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from far import GIVEN_UP_S, PLACES, Far, far, lives, wait

from object_server import KEY_ID, SECRET, ObjectServer
from proxy import Act

ROWS = 80_000  # two blocks; 9 MB of CSV: an upload in two parts
ASKED = {"data_size": ROWS, "output_format": "csv", "parameters": {"seed": 11, "evaluate": False}}
BEAT_S = 0.2


@pytest.fixture(scope="module")
def place_of(tmp_path_factory: pytest.TempPathFactory, objects: ObjectServer) -> Iterator[Far]:
    """One service for all tests."""
    with far(tmp_path_factory.mktemp("far") / "home", objects) as running:
        yield running


@pytest.fixture
def there(place_of: Far) -> Iterator[Far]:
    """The service, nothing disturbed before and after."""
    place_of.lift()
    yield place_of
    place_of.lift()


@pytest.fixture(scope="module")
def undisturbed(place_of: Far) -> str:
    """SHA-256 of the output of the job that nothing happened to."""
    job = place_of.service.run(**ASKED, output_path="undisturbed.csv")

    assert job["status"] == "completed"
    return place_of.digest("undisturbed.csv")


def assert_as_if_nothing_had_happened(there: Far, job: dict, path: str, undisturbed: str) -> None:
    """Completed at the first attempt with the same bytes, exactly the rows, nothing left about."""
    assert (job["status"], job["metadata"]["retry_count"]) == ("completed", 0), job
    value = there.buckets["out"].read(path)
    told = json.loads(there.buckets["out"].read(f"{path}.manifest.json"))

    assert undisturbed == sha256(value).hexdigest() == told["parts"][0]["sha256"]
    assert ROWS == told["rows"] == value.count(b"\n") - 1
    assert job["job_id"] == told["job_id"]
    wait(lambda: not there.paths("out"))
    wait(lambda: not [path for path in there.paths("work") if job["job_id"] in path and "block" in path])


@pytest.mark.timeout(120)
def test_errors(there: Far, undisturbed: str) -> None:
    """A burst of 503s at each place and in each stage: same bytes."""
    patterns = {
        "in": ["HEAD", "GET"],
        "out": ["HEAD", "partNumber", "uploads", "uploadId", r"PUT .*/503\.csv", "PUT .*manifest", r"POST .*delete"],
        "work": ["GET .*train", "PUT .*model", "PUT .*block", "GET .*block", "GET .*list-type"],
    }
    faults = [there.lines[at].fault(Act.REFUSE, where, times=2) for at, wheres in patterns.items() for where in wheres]
    job = there.service.run(**ASKED, output_path="503.csv")

    assert_as_if_nothing_had_happened(there, job, "503.csv", undisturbed)
    assert {2} == {len(fault.hits) for fault in faults}


@pytest.mark.timeout(120)
def test_resets(there: Far, undisturbed: str) -> None:
    """Connections reset in the middle of downloads and uploads, at each place: same bytes."""
    lines = there.lines
    faults = [
        lines["in"].fault(Act.CUT_ANSWER, "GET .*adult", times=2, after=100_000),
        lines["out"].fault(Act.CUT_UPLOAD, "PUT .*partNumber=1", times=2, after=300_000),
        lines["out"].fault(Act.CUT_UPLOAD, "POST .*uploadId", times=1, after=60),
        lines["out"].fault(Act.CUT_ANSWER, "GET .*part-", times=2, after=1_000_000),
        lines["work"].fault(Act.CUT_UPLOAD, "PUT .*train", times=2, after=100_000),
        lines["work"].fault(Act.CUT_UPLOAD, "PUT .*block", times=2, after=300_000),
        lines["work"].fault(Act.CUT_ANSWER, "GET .*(train|block)", times=3, after=300_000),
    ]
    job = there.service.run(**ASKED, output_path="reset.csv")

    assert_as_if_nothing_had_happened(there, job, "reset.csv", undisturbed)
    assert [2, 2, 1, 2, 2, 2, 3] == [len(fault.hits) for fault in faults]


@pytest.mark.timeout(120)
def test_lost_answers(there: Far, undisturbed: str) -> None:
    """Done, the answer lost: a block, parts joined, copies, a create-only manifest, deletes; once each."""
    faults = [
        there.lines[at].fault(Act.CUT_ANSWER, where, times=1)
        for at, where in [
            ("work", "PUT .*block"),
            ("out", "POST .*uploadId"),
            ("out", r"PUT .*/lost\.csv HTTP"),
            ("out", r"PUT .*/lost\.csv\.manifest"),
            ("out", "POST .*delete"),
            ("work", "POST .*delete"),
        ]
    ]
    job = there.service.run(**ASKED, output_path="lost.csv")

    assert_as_if_nothing_had_happened(there, job, "lost.csv", undisturbed)
    assert {1} == {len(fault.hits) for fault in faults}


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_hang_that_ends(there: Far, undisturbed: str) -> None:
    """Each place hangs for 2.5 s, longer than a request is waited for, then is back: same bytes."""
    hangs = {"in": "GET .*adult", "work": "PUT .*model", "out": "PUT .*partNumber"}
    faults = {at: there.lines[at].fault(Act.HANG, where) for at, where in hangs.items()}
    job_id = there.service.submit(**ASKED, output_path="hang.csv")
    for at, fault in faults.items():
        wait(lambda fault=fault: fault.hits)
        time.sleep(2.5)
        there.lines[at].lift()
    job = there.service.watch(job_id)[-1]

    assert_as_if_nothing_had_happened(there, job, "hang.csv", undisturbed)
    assert min(len(fault.hits) for fault in faults.values()) >= 2


# where the service first meets the bucket, and where it is in the midst of something
GONE = [
    ("in", Act.HANG, "", "'in'"),
    pytest.param("out", Act.REFUSE, "", "'out'", marks=pytest.mark.slow),
    pytest.param("out", Act.HANG, "PUT .*partNumber", "'out'", marks=pytest.mark.slow),
    pytest.param("work", Act.CUT_ANSWER, "PUT .*model", "'work'", marks=pytest.mark.slow),
    pytest.param("work", Act.HANG, "PUT .*block", "'work'", marks=pytest.mark.slow),
]


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("at", "act", "where", "named"), GONE)
def test_a_bucket_that_stays_away(there: Far, undisturbed: str, at: str, act: Act, where: str, named: str) -> None:
    """A hang, errors or resets that stay pause the job in time, its bucket named; resumed, same bytes."""
    path = f"gone-{at}-{act}-{len(where)}.csv"
    fault = there.lines[at].fault(act, where)
    job_id = there.service.submit(**ASKED, output_path=path)
    wait(lambda: len(fault.hits) > (1 if at == "in" else 0))  # the first was the look at submission
    begun = time.monotonic()
    job = there.service.watch(job_id, lambda job: job["status"] == "paused")[-1]

    assert time.monotonic() - begun < GIVEN_UP_S
    assert f"Bucket {named} failed" in job["metadata"]["pause_reason"]
    assert "Check the bucket and its credentials" in job["metadata"]["pause_reason"]
    assert not [word for word in secrets(there) if word in f"{job} {there.log()}"]
    there.lift()
    assert not there.exists(path)
    assert 200 == there.service.act(job_id, "resume").status_code
    assert_as_if_nothing_had_happened(there, there.service.watch(job_id)[-1], path, undisturbed)


@pytest.mark.timeout(120)
def test_credentials_that_expire(there: Far, undisturbed: str) -> None:
    """A bucket that begins to refuse in the middle pauses the job at once, resumable for a day; then same bytes."""
    fault = there.lines["out"].fault(Act.REFUSE, "PUT .*partNumber", status=403)
    job_id = there.service.submit(**ASKED, output_path="expired.csv")
    job = there.service.watch(job_id, lambda job: job["status"] == "paused")[-1]
    left = datetime.fromisoformat(job["metadata"]["resume_deadline"]) - datetime.now(UTC)

    assert fault.hits
    assert "Bucket 'out'" in job["metadata"]["pause_reason"]
    assert timedelta(hours=23, minutes=55) < left <= timedelta(hours=24)
    assert not [word for word in secrets(there) if word in f"{job} {there.log()}"]
    there.lift()
    assert 200 == there.service.act(job_id, "resume").status_code
    assert_as_if_nothing_had_happened(there, there.service.watch(job_id)[-1], "expired.csv", undisturbed)


def secrets(there: Far) -> list[str]:
    """What neither messages nor logs may hold."""
    return [KEY_ID, SECRET, *(f":{line.port}" for line in there.lines.values())]


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_bucket_that_goes_while_publishing(there: Far, undisturbed: str) -> None:
    """Gone before the manifest is there, the job tries again until it is back, and goes through: same bytes."""
    there.lines["out"].fault(Act.HANG, "PUT .*manifest")
    job_id = there.service.submit(**ASKED, output_path="half.csv")
    job = there.service.watch(job_id, lambda job: job["metadata"]["pause_reason"])[-1]

    assert "Bucket 'out' failed at 'half.csv.manifest.json'" in job["metadata"]["pause_reason"]
    assert "already being published" in there.service.act(job_id, "cancel").text
    assert not there.exists("half.csv.manifest.json")
    there.lift()
    assert_as_if_nothing_had_happened(there, there.service.watch(job_id)[-1], "half.csv", undisturbed)


@pytest.mark.timeout(120)
def test_a_hanging_bucket_holds_up_nobody(there: Far) -> None:
    """While all buckets hang: health and status answer, a create is accepted, a cancel ends the job's processes."""
    for place in PLACES:
        there.lines[place].fault(Act.HANG)
    service = there.service
    taken_s, job_id = timed(lambda: service.submit(**ASKED, output_path="a.csv"))
    service.watch(job_id, lambda job: job["status"] == "running")
    second_s, other = timed(lambda: service.submit(**ASKED, output_path="b.csv"))
    health_s, health = timed(lambda: service.http.get("/health"))
    show_s, _ = timed(lambda: service.job(job_id))
    children = service.processes("child")
    cancel_s, cancelled = timed(lambda: service.act(job_id, "cancel"))
    gone_s, _ = timed(lambda: wait(lambda: not any(lives(child) for child in children)))
    service.act(other, "cancel")

    assert max(taken_s, second_s) < 3
    assert health_s < 2.5
    assert (200, "degraded") == (health.status_code, health.json()["overall_status"])
    assert max(show_s, cancel_s) < 1
    assert 200 == cancelled.status_code
    assert children
    assert gone_s < BEAT_S + 1
    assert "cancelled" == service.job(job_id)["status"]


def timed(act):
    """How long it took, and what came back."""
    begun = time.monotonic()
    value = act()
    return time.monotonic() - begun, value
