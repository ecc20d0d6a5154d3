import os
import signal

import pytest
import sqlalchemy as sa

from lookalike.errors import InputRefused
from lookalike.jobs.group import Command
from lookalike.jobs.states import JobStatus, StageStatus
from somebody import SOMEBODY

S = JobStatus


def stage(name, status):
    return {"type": "stage", "stage": name, "status": status}


def checkpoint(work, **metadata):
    return {"type": "checkpoint", "work": work, "metadata": metadata}


PUBLISH = [["say", {"type": "publish"}], ["listen"]]
DONE = ["say", {"type": "done", "work": {"at": "end"}, "metadata": {"output_rows": 5}}]


def test_a_job_goes_through(service):
    """A child's words become stages, facts and progress; leave to publish is asked and given; then it is completed."""
    service.supervise()
    names = ("ingest", "profile", "fit", "generate", "evaluate", "publish")
    words = [stage(name, status) for name in names for status in ("processing", "completed")]
    job_id = service.submit(
        ["say", *words[:4], checkpoint({"at": "fit"}, input_rows=9)],
        ["say", *words[4:-1]],
        *PUBLISH,
        ["say", words[-1]],
        DONE,
    )
    job = service.reaches(job_id, S.COMPLETED, S.FAILED)

    assert (S.COMPLETED, 100, True) == (job.status, job.progress, job.publishing)
    assert {StageStatus.COMPLETED} == {each.status for each in job.stages}
    assert ({"at": "end"}, {"input_rows": 9, "output_rows": 5}) == (job.work, job.metadata)
    assert ("job.created", "job.completed") == (service.events(job_id)[0], service.events(job_id)[-1])
    assert 1 == service.events(job_id).count("job.completed")


def test_progress_adds_up_and_never_falls(service, waiting):
    """Half of generate after the first three stages is 40 + 22; a smaller share later changes nothing."""
    service.supervise()
    before = [stage(name, status) for name in ("ingest", "profile", "fit") for status in ("processing", "completed")]
    shares = [{"type": "progress", "stage": "generate", "share": share} for share in (0.5, 0.2)]
    job_id = service.submit(["say", *before, stage("generate", "processing"), *shares], ["sleep", 600])
    job = waiting(lambda: (job := service.job(job_id)).progress > 40 and job)

    assert (62, 50) == (job.progress, job.stages[3].progress)


def test_a_child_tells_its_failure(service, waiting):
    """A failed child's code and message become the job's, and what it left is tidied up at once."""
    service.supervise(lease_s=60)
    job_id = service.submit(
        ["say", stage("ingest", "processing"), {"type": "failed", "code": "INPUT_REFUSED", "message": "too small"}],
        ["sleep", 600],
    )
    job = service.reaches(job_id, S.FAILED)

    assert ("INPUT_REFUSED", "too small") == (job.error_code, job.error_message)
    assert ["failed", "skipped"] == [each.status for each in job.stages[:2]]
    waiting(lambda: service.tidied == [job_id])
    waiting(lambda: not service.job(job_id).litter)


@pytest.mark.parametrize(
    "steps",
    [
        [["exit", 1]],
        [["exit", 0]],
        [["raw", "no json\n"], ["sleep", 600]],
        [["raw", '{"type": "other"}\n'], ["sleep", 600]],
        [["raw", '{"type": "stage", "stage": "fit", "status": "failed"}\n'], ["sleep", 600]],
        [["raw", "[1]\n"], DONE, ["sleep", 600]],
    ],
)
def test_a_crash_is_tried_again_then_given_up(service, steps):
    """A child that ends without a last word, or says what is no message, is restarted three times, then WORKER_LOST."""
    service.supervise(lease_s=60)
    job = service.reaches(service.submit(*steps), S.FAILED, S.COMPLETED)

    assert ("WORKER_LOST", 3, 4) == (job.error_code, job.retry_count, job.epoch)


def test_a_crash_goes_on_from_the_checkpoint(service):
    """The next attempt gets the last checkpoint; a line without its end is no message."""
    service.supervise(lease_s=60)
    next_work = {"steps": [*PUBLISH, DONE]}
    job_id = service.submit(["say", checkpoint(next_work)], ["raw", '{"type": "failed"'], ["exit", 1])
    job = service.reaches(job_id, S.COMPLETED, S.FAILED)

    assert (S.COMPLETED, 1) == (job.status, job.retry_count)


def test_a_stuck_job_is_paused(service):
    """A child that says that it cannot go on now has its job paused, and the reason shown."""
    service.supervise()
    job_id = service.submit(["say", {"type": "stuck", "reason": "Bucket 'b' does not answer."}], ["sleep", 600])
    job = service.reaches(job_id, S.PAUSED, S.FAILED)

    assert (S.PAUSED, "Bucket 'b' does not answer.", 0) == (job.status, job.pause_reason, job.retry_count)


def test_a_very_long_line_is_a_crash(service):
    """A line beyond the limit ends the attempt."""
    service.supervise(max_restarts=0)
    job = service.reaches(service.submit(["spam", 17 * 1024**2], ["sleep", 600]), S.FAILED)

    assert "WORKER_LOST" == job.error_code


def test_a_large_payload_arrives(service):
    """A payload larger than any pipe reaches the child whole."""
    service.supervise()
    job_id = service.submit(*PUBLISH, DONE, ballast="x" * 1_000_000)

    assert S.COMPLETED is service.reaches(job_id, S.COMPLETED, S.FAILED).status


@pytest.mark.parametrize("verb", ["cancel", "pause"])
def test_cancel_and_pause_end_the_processes(service, waiting, verb):
    """Soon after the answer no process of the job lives, a child deep in C or a grandchild neither."""
    service.supervise(lease_s=60)
    job_id = service.submit(["breed"], ["hold"])
    service.n_running(3)
    getattr(service.store, verb)(job_id, SOMEBODY)
    service.n_running(0)
    if verb == "cancel":
        waiting(lambda: service.tidied == [job_id])
    else:
        assert [] == service.tidied


def test_a_resumed_job_runs_again(service, tmp_path):
    """Paused and resumed, a job is claimed in a new epoch and comes to its end."""
    service.supervise()
    go = str(tmp_path / "go")
    job_id = service.submit(["until", go], *PUBLISH, DONE)
    service.n_running(2)
    service.store.pause(job_id, SOMEBODY)
    service.store.resume(job_id, SOMEBODY)
    open(go, "w").close()
    job = service.reaches(job_id, S.COMPLETED, S.FAILED)

    assert (S.COMPLETED, 2, 0) == (job.status, job.epoch, job.retry_count)


def test_a_cancelled_job_does_not_publish(service, tmp_path, waiting):
    """Cancelled before it asks, a child gets no leave to publish."""
    service.supervise(beat_s=5, lease_s=60)
    go, published = tmp_path / "go", tmp_path / "published"
    job_id = service.submit(["until", str(go)], *PUBLISH, ["touch", str(published)], DONE)
    service.n_running(2)
    service.store.cancel(job_id, SOMEBODY)
    go.touch()
    service.n_running(0)

    assert not published.exists()
    assert S.CANCELLED is service.job(job_id).status


def test_timeout_counts_over_attempts(service, waiting):
    """Running seconds of both attempts together end the job with JOB_TIMEOUT; its stage has failed."""
    job_id = service.submit(["say", stage("ingest", "processing")], ["sleep", 600], timeout_s=2)
    end = service.supervise()
    waiting(lambda: service.job(job_id).stages[0].status is StageStatus.PROCESSING)
    waiting(lambda: service.job(job_id).running_s > 1)
    end()
    between = service.job(job_id)
    service.supervise()
    job = service.reaches(job_id, S.FAILED)

    assert S.QUEUED is between.status
    assert 0.9 < between.running_s < 2 <= job.running_s
    assert ("JOB_TIMEOUT", StageStatus.FAILED, 2) == (job.error_code, job.stages[0].status, job.epoch)


def test_what_is_being_published_has_no_timeout(service, tmp_path):
    """A job that began to publish goes through, though its time is over."""
    service.supervise()
    job = service.reaches(service.submit(*PUBLISH, ["sleep", 1.5], DONE, timeout_s=1), S.COMPLETED, S.FAILED)

    assert S.COMPLETED is job.status


def test_memory_is_limited(service):
    """A group that takes more memory than allowed is ended with OUT_OF_MEMORY."""
    service.supervise(memory_max_bytes=120_000_000)
    job = service.reaches(service.submit(["allocate", 150_000_000], ["sleep", 600]), S.FAILED)

    assert "OUT_OF_MEMORY" == job.error_code


def test_a_drain_gives_jobs_back(service, waiting):
    """Told to stop, a supervisor kills its groups and queues the jobs with their last checkpoints, no retry spent."""
    end = service.supervise(slots=2, lease_s=20)  # no lease is to end by itself, however busy the machine
    ids = [service.submit(["say", checkpoint({"at": n})], ["hold"]) for n in range(2)]
    service.n_running(4)
    waiting(lambda: [service.job(job_id).work for job_id in ids] == [{"at": 0}, {"at": 1}])
    end()

    assert [] == service.processes()
    assert [(S.QUEUED, 0, None)] * 2 == [(job.status, job.retry_count, job.owner) for job in map(service.job, ids)]
    assert [{"at": 0}, {"at": 1}] == [service.job(job_id).work for job_id in ids]


def test_two_supervisors_share_the_work(service):
    """With two supervisors every job runs exactly once."""
    ids = [service.submit(*PUBLISH, DONE) for _ in range(6)]
    service.supervise()
    service.supervise()
    jobs = [service.reaches(job_id, S.COMPLETED, S.FAILED) for job_id in ids]

    assert {(S.COMPLETED, 1)} == {(job.status, job.epoch) for job in jobs}


def test_a_killed_supervisor_leaves_nothing(service, waiting):
    """When the supervisor is killed, guard, child and grandchild die at once; another supervisor takes the job over."""
    apart = service.supervise_apart(lease_s=2)
    rest = {"steps": [*PUBLISH, DONE]}
    job_id = service.submit(["breed"], ["say", checkpoint(rest)], ["hold"])
    service.n_running(3)
    waiting(lambda: service.job(job_id).work == rest)
    apart.kill()
    service.n_running(0)
    service.supervise(lease_s=60)  # long enough for a busy machine
    job = service.reaches(job_id, S.COMPLETED, S.FAILED)

    assert (S.COMPLETED, 1, 2) == (job.status, job.retry_count, job.epoch)


def test_a_killed_guard_takes_the_child_along(service, waiting):
    """When the guard alone is killed, the child dies and the job is tried again at once."""
    service.supervise(lease_s=60)
    job_id = service.submit(["breed"], ["hold"])
    old = service.n_running(3)
    [guard] = service.guards()
    guard.kill()
    waiting(lambda: service.job(job_id).epoch == 2)

    assert 1 == service.job(job_id).retry_count
    service.n_running(3)
    assert not {process.pid for process in old} & {process.pid for process in service.processes()}


def test_killing_guard_and_supervisor_together(service):
    """When guard and supervisor die in the same moment, the child dies too (on Linux the kernel sees to it)."""
    apart = service.supervise_apart()
    service.submit(["hold"])
    service.n_running(2)
    [guard] = service.guards()
    service.freeze(apart)
    guard.kill()
    apart.kill()

    assert [] == service.n_running(0)


def test_a_stopped_supervisor_cannot_renew(service, waiting):
    """While the supervisor is stopped its group dies before the lease ends, and after it another one goes on."""
    apart = service.supervise_apart(lease_s=2)
    job_id = service.submit(["hold"])
    service.n_running(2)
    waiting(lambda: service.job(job_id).beat_at > service.job(job_id).started_at)
    service.freeze(apart)
    service.n_running(0)

    assert [] == service.store.suspects(2)
    [lease] = waiting(lambda: service.store.suspects(2))
    assert service.store.recover(lease, 3)
    os.kill(apart.pid, signal.SIGCONT)
    job = service.reaches(job_id, S.RUNNING)
    assert (2, 1) == (job.epoch, job.retry_count)


def test_a_supervisor_outlives_its_database(service, waiting):
    """While the database is away the job runs on under its lease; afterwards all goes on as if nothing had been."""
    store = Unplugged(service.store)
    service.supervise(store=store, lease_s=60)
    job_id = service.submit(["sleep", 0.5], ["say", {"type": "publish"}], ["listen"], DONE)
    service.n_running(2)
    store.away = True
    waiting(lambda: store.n_refused > 10)

    assert S.RUNNING is service.job(job_id).status
    store.away = False
    job = service.reaches(job_id, S.COMPLETED, S.FAILED)
    assert (S.COMPLETED, 1) == (job.status, job.epoch)


class Unplugged:
    """The real store behind a plug that can be pulled."""

    def __init__(self, store):
        self.store, self.away, self.n_refused = store, False, 0

    def __getattr__(self, name):
        def do(*args):
            if self.away:
                self.n_refused += 1
                raise sa.exc.OperationalError("away", {}, Exception())
            return getattr(self.store, name)(*args)

        return do


def test_a_database_away_too_long_ends_the_group(service):
    """Without the database the guard ends the group with the lease, whatever the supervisor does."""
    store = Unplugged(service.store)
    service.supervise(store=store, lease_s=1)
    service.submit(["hold"])
    service.n_running(2)
    store.away = True

    assert [] == service.n_running(0)


def test_a_payload_that_fails(service):
    """A job error of the payload fails the job, anything else counts as a crash."""

    def refuse(job):
        raise InputRefused("no") if job.work["steps"] else ZeroDivisionError

    service.supervise(payload=refuse, max_restarts=1)
    refused, crashed = service.submit(["exit", 0]), service.submit()

    assert "INPUT_REFUSED" == service.reaches(refused, S.FAILED).error_code
    assert "WORKER_LOST" == service.reaches(crashed, S.FAILED).error_code


def test_a_guard_that_is_not_there(service):
    """A command that cannot be started counts as a crash."""
    nowhere = Command(guard=["/no/such/program"], child=[], env={})
    service.supervise(command=nowhere, max_restarts=0)

    assert "WORKER_LOST" == service.reaches(service.submit(), S.FAILED).error_code


@pytest.mark.parametrize("ahead", ["ready", "slow", "die"])
def test_a_job_needs_no_spare_and_leaves_none(service, ahead):
    """Whether a group made ready ahead is ready, not yet, or dead, jobs come to their end; then it is gone."""
    end = service.supervise(ahead=ahead)
    if ahead != "die":
        service.n_running(2)
    ended = [service.reaches(service.submit(*PUBLISH, DONE), S.COMPLETED, S.FAILED) for _ in range(3)]
    end()

    assert [(S.COMPLETED, 1, 0)] * 3 == [(job.status, job.epoch, job.retry_count) for job in ended]
    assert [] == service.n_running(0)


def test_a_spare_is_used(service, tmp_path, waiting):
    """A job is done by the process that was started ahead for it."""
    service.supervise(ahead="ready")
    ahead = {process.pid for process in service.n_running(2)}
    waiting((service.folder / "ready").exists)
    notes = tmp_path / "notes"
    job_id = service.submit(["write", str(notes), 0.1], *PUBLISH, DONE)

    assert S.COMPLETED is service.reaches(job_id, S.COMPLETED, S.FAILED).status
    assert {int(line.split()[0]) for line in notes.read_text().splitlines()} < ahead


def test_tidying_that_fails_is_tried_again(service, waiting):
    """An error while tidying stops nothing, and the job stays littered until a later round succeeds."""
    tries = []

    def tidy(job):
        tries.append(job.job_id)
        if len(tries) == 1:
            raise OSError

    service.supervise(tidy=tidy, lease_s=0.5)
    job_id = service.submit(*PUBLISH, DONE)
    waiting(lambda: len(tries) == 2)
    waiting(lambda: not service.job(job_id).litter)

    assert [job_id] * 2 == tries


def test_expired_jobs_are_forgotten(service, waiting):
    """A supervisor has everything of an expired job deleted, then its record."""
    service.supervise()
    job_id = service.submit(*PUBLISH, DONE)
    job = service.reaches(job_id, S.COMPLETED)
    with service.engine.begin() as connection:
        connection.execute(sa.text("UPDATE jobs SET expires_at = 0"))
    waiting(lambda: service.job(job_id) is None)

    assert [job.job_id] == service.forgotten
