from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lookalike.errors import ActionRefused, InternalError
from lookalike.jobs import Beat, stages
from lookalike.jobs.states import JobStatus, StageStatus
from lookalike.ledger.tables import events as events_table
from somebody import SOMEBODY

S = JobStatus


def second(n):
    return timedelta(seconds=n)


def types(events):
    return [kind for kind, _, _ in events]


def statuses(job):
    return {stage.name: stage.status for stage in job.stages}


def supervisors_writes(store, job, now):
    return [
        lambda: store.beat(job, Beat(progress=50, work={"stolen": True}), 30),
        lambda: store.begin_publishing(job),
        lambda: store.finish(job, S.COMPLETED, None, Beat()),
        lambda: store.finish(job, S.FAILED, ("INTERNAL", "no"), Beat()),
        lambda: store.release(job, Beat()),
        lambda: store.crash(job, Beat(), 3),
    ]


def test_an_old_epoch_writes_nothing(store, running, events_of, now, limits):
    """After another claim, no write of the former supervisor touches the row or tells an event."""
    old = running()
    store.release(old, Beat())
    new = store.claim("other", 30, limits)
    before = events_of(new.job_id)

    assert [False] * 6 == [write() for write in supervisors_writes(store, old, now)]
    assert new == store.get(new.job_id)
    assert before == events_of(new.job_id)


@pytest.mark.parametrize("status", [S.CANCELLED, S.PAUSED, S.COMPLETED, S.FAILED, S.QUEUED])
def test_a_job_that_left_running_is_no_longer_its_supervisors(store, running, put_in, now, status):
    """Whatever state a job was moved to, its supervisor's writes are refused."""
    job = running()
    put_in(status, job)
    before = store.get(job.job_id)

    assert [False] * 6 == [write() for write in supervisors_writes(store, job, now)]
    assert before == store.get(job.job_id)


def test_a_beat_renews_and_stores(store, running, now, at):
    """A beat sets the lease and what it tells, leaves what it does not, adds to metadata, and never lowers progress."""
    job = running()
    store.beat(job, Beat(progress=30, work={"a": 1}, metadata={"input_rows": 5}), 30)
    at(now + second(4)).beat(job, Beat(progress=20, metadata={"input_size": 7}), 30)
    after = store.get(job.job_id)

    assert (30, {"a": 1}, {"input_rows": 5, "input_size": 7}) == (after.progress, after.work, after.metadata)
    assert now + second(34) == after.lease_until
    assert now + second(4) == after.updated_at


def test_a_silent_beat_changes_nothing_to_see(store, running, events_of, now, at):
    """A beat with nothing to tell writes no event and leaves `updated_at`."""
    job = running()
    n_events = len(events_of(job.job_id))

    assert at(now + second(9)).beat(job, Beat(), 30)
    assert now == store.get(job.job_id).updated_at
    assert n_events == len(events_of(job.job_id))


def test_progress_is_told_now_and_then(store, running, events_of, now, at):
    """An event for progress needs 10 points and 5 s since the last event; a stage's status is told at once."""
    job = running()

    def after(seconds, progress, told=None):
        at(now + second(seconds)).beat(job, Beat(progress=progress, stages=told), 30)
        return len(events_of(job.job_id))

    assert 3 == after(4.9, 20)
    assert 4 == after(5, 20 + 1)
    assert 4 == after(11, 30)
    assert 5 == after(11, 31)
    assert 6 == after(11, 31, stages.started(job.stages, "ingest", now))
    assert list(range(1, 7)) == [sequence for _, sequence, _ in events_of(job.job_id)]
    assert 6 == store.get(job.job_id).sequence


def test_completion_is_told_once(store, running, events_of, now, at):
    """A completed job has progress 100, no open stage, an expiry, and one event: job.completed."""
    job = running()
    told = Beat(7.0, stages=stages.started(job.stages, "ingest", now), metadata={"output_rows": 3})
    at(now + second(7)).finish(job, S.COMPLETED, None, told)
    after = store.get(job.job_id)

    assert (S.COMPLETED, 100, 7.0) == (after.status, after.progress, after.running_s)
    assert {"output_rows": 3} == after.metadata
    assert now + second(7) + timedelta(days=30) == after.expires_at
    assert StageStatus.COMPLETED is statuses(after)["ingest"]
    assert StageStatus.SKIPPED is statuses(after)["publish"]
    assert ["job.created", "job.updated", "job.updated", "job.completed"] == types(events_of(job.job_id))


def test_failure_is_told_once_and_where(store, running, events_of, now):
    """A failed job keeps its progress; the stage that ran has failed with the error, later ones are skipped."""
    job = running()
    working = stages.started(stages.ended(job.stages, "ingest", StageStatus.COMPLETED, now), "profile", now)
    store.beat(job, Beat(stages=working, progress=7), 30)
    store.finish(job, S.FAILED, ("INPUT_REFUSED", "too small"), Beat())
    after = store.get(job.job_id)

    assert (S.FAILED, 7, "INPUT_REFUSED", "too small") == (
        after.status,
        after.progress,
        after.error_code,
        after.error_message,
    )
    assert ["completed", "failed", "skipped"] == [stage.status for stage in after.stages[:3]]
    assert {"code": "INPUT_REFUSED", "message": "too small"} == after.stages[1].error
    assert "job.failed" == types(events_of(job.job_id))[-1]
    assert {"code": "INPUT_REFUSED", "message": "too small"} == events_of(job.job_id)[-1][2]["error"]


def test_a_finish_must_say_what_it_is(store, running):
    """Finishing as something else than completed, or failed with an error, is our own mistake."""
    job = running()
    for status in (S.CANCELLED, S.FAILED):
        with pytest.raises(InternalError):
            store.finish(job, status, None, Beat())


def test_cancel_skips_what_was_open(store, running, now, at):
    """A cancelled job's running and later stages are skipped; it expires like any ended one."""
    job = running()
    store.beat(job, Beat(2.0, stages=stages.started(job.stages, "ingest", now), progress=3), 30)
    after = at(now + second(2)).cancel(job.job_id, SOMEBODY)

    assert {StageStatus.SKIPPED} == set(statuses(after).values())
    assert (3, 2.0, now + second(2)) == (after.progress, after.running_s, after.ended_at)
    assert after.expires_at is not None


def test_pause_and_resume_keep_the_work(store, running, now, at, limits):
    """A paused job keeps checkpoint and progress, has no owner, its stage is pending; resumed, it is claimed anew."""
    job = running()
    working = stages.started(stages.ended(job.stages, "ingest", StageStatus.COMPLETED, now), "profile", now)
    store.beat(job, Beat(5.0, stages=working, progress=7, work={"a": 1}), 30)
    paused = at(now + second(5)).pause(job.job_id, SOMEBODY)

    assert (None, 7, {"a": 1}, 5.0) == (paused.owner, paused.progress, paused.work, paused.running_s)
    assert ["completed", "pending"] == [stage.status for stage in paused.stages[:2]]
    assert now + second(105) == paused.resume_deadline
    resumed = at(now + second(105)).resume(job.job_id, SOMEBODY)
    assert (S.QUEUED, None) == (resumed.status, resumed.resume_deadline)
    again = at(now + second(110)).claim("other", 30, limits)
    assert (2, 5.0, 7, {"a": 1}) == (again.epoch, again.running_s, again.progress, again.work)
    assert now == again.started_at


@pytest.mark.parametrize(
    ("later_s", "buried", "taken"), [(29, False, False), (30, False, True), (0, True, True), (-3600, False, True)]
)
def test_a_resumed_job_waits_for_its_former_attempt(store, running, at, now, limits, later_s, buried, taken):
    """It is taken when the former lease ends or its supervisor says that all is dead; and if the clock was set back."""
    job = running()
    store.pause(job.job_id, SOMEBODY)
    store.resume(job.job_id, SOMEBODY)
    if buried:
        store.attempt_over(job)

    assert taken is (at(now + timedelta(seconds=later_s)).claim("other", 30.0, limits) is not None)


def test_a_former_attempt_does_not_end_the_next_ones_lease(store, running, at, now, limits):
    """What a supervisor says late of its attempt does not touch the one that runs."""
    job = running()
    store.pause(job.job_id, SOMEBODY)
    store.resume(job.job_id, SOMEBODY)
    later = at(now + timedelta(seconds=30))
    lease_until = later.claim("other", 30.0, limits).lease_until
    later.attempt_over(job)

    assert lease_until == store.get(job.job_id).lease_until


def test_the_resume_window_ends(store, running, events_of, now, at):
    """After the window resume is refused; the sweeper cancels the job, says why, and its litter is offered."""
    job = running()
    store.pause(job.job_id, SOMEBODY)
    late = now + second(100) + timedelta(microseconds=1)
    at(now + second(100)).sweep()
    assert S.PAUSED is store.get(job.job_id).status
    with pytest.raises(ActionRefused, match="window"):
        at(late).resume(job.job_id, SOMEBODY)
    at(late).sweep()
    after = store.get(job.job_id)

    assert (S.CANCELLED, "RESUME_WINDOW_EXPIRED") == (after.status, after.error_code)
    assert "job.updated" == types(events_of(job.job_id))[-1]
    assert [job.job_id] == [each.job_id for each in at(late).littered()]


def test_running_time_counts_over_attempts(store, at, limits, running, now):
    """It is what supervisors tell: time in the queue does not count, a lost attempt counts until its last beat."""
    job = running(lease_s=30)
    store.release(job, Beat(running_s=10.0))
    again = at(now + second(50)).claim("me", 30, limits)
    at(now + second(55)).beat(again, Beat(running_s=15.0), 30)
    [lease] = at(now + second(85)).suspects(30)
    at(now + second(85)).recover(lease, 3)

    assert 10.0 == again.running_s
    assert 15.0 == store.get(job.job_id).running_s


def test_a_lease_is_suspect_when_it_is_over(at, running, now):
    """Over by the database's clock, or later than a lease given now would end: then that clock was set back."""
    job = running(lease_s=30)

    assert [] == at(now + second(29.999)).suspects(30)
    assert [job.job_id] == [lease.job_id for lease in at(now + second(30)).suspects(30)]
    assert [] == at(now).suspects(30)
    assert [job.job_id] == [lease.job_id for lease in at(now - second(0.001)).suspects(30)]


def test_a_renewed_lease_is_not_taken(store, at, running, now):
    """Whoever renews a lease in time keeps the job, however long the other one hesitated."""
    job = running(lease_s=30)
    late = at(now + second(31))
    [lease] = late.suspects(30)
    late.beat(job, Beat(), 30)

    assert not late.recover(lease, 3)
    assert S.RUNNING is store.get(job.job_id).status
    assert 0 == store.get(job.job_id).retry_count


def test_a_lost_job_is_tried_again_three_times(store, at, limits, running, events_of, now):
    """Each ended lease puts the job back with one more retry; after three restarts it fails with WORKER_LOST."""
    job = running()
    for n in range(4):
        late = at(now + second(100 * n + 30))
        if n:
            assert n == at(now + second(100 * n)).claim("me", 30, limits).retry_count
        [lease] = late.suspects(30)
        assert late.recover(lease, 3)
        assert not late.recover(lease, 3)
    after = store.get(job.job_id)

    assert (S.FAILED, "WORKER_LOST", 3) == (after.status, after.error_code, after.retry_count)
    assert "job.failed" == types(events_of(job.job_id))[-1]


def test_a_release_spends_no_retry(store, running):
    """A drained job is queued at once, with its last checkpoint, no owner and no retry."""
    job = running()
    store.release(job, Beat(work={"a": 2}))
    after = store.get(job.job_id)

    assert (S.QUEUED, 0, {"a": 2}, None, None) == (
        after.status,
        after.retry_count,
        after.work,
        after.owner,
        after.lease_until,
    )


def test_a_job_that_cannot_go_on_is_paused(store, at, running, now):
    """The service pauses it with the reason, for 24 h at least however short its window, its checkpoint kept."""
    job = running()
    store.hold(job, "Bucket 'b' does not answer.", Beat(work={"a": 3}))
    held = store.get(job.job_id)

    assert (S.PAUSED, "Bucket 'b' does not answer.", {"a": 3}, 0) == (
        held.status,
        held.pause_reason,
        held.work,
        held.retry_count,
    )
    assert now + timedelta(hours=24) == held.resume_deadline
    resumed = at(now + timedelta(hours=24)).resume(job.job_id, SOMEBODY)
    assert (S.QUEUED, None, None) == (resumed.status, resumed.pause_reason, resumed.resume_deadline)


def test_a_job_that_cannot_go_on_publishing_is_tried_again(store, at, limits, running, now):
    """It is queued, for a day or its window, whichever is longer; then it fails and says why."""
    job = running()
    store.begin_publishing(job)
    for hours in (0, 23, 25):
        later = at(now + timedelta(hours=hours))
        if hours:
            job = later.claim("me", 30, limits)
        assert later.hold(job, "Bucket 'b' does not answer.", Beat())
    after = store.get(job.job_id)

    assert (S.FAILED, "STORAGE_FAILED", 0, 3) == (after.status, after.error_code, after.retry_count, after.epoch)
    assert "Bucket 'b' does not answer." == after.error_message


def test_a_change_and_its_event_are_one(store, engine, running, now):
    """If the event cannot be written, the change is not made."""
    job = running()
    clash = {"event_id": "x", "job_id": job.job_id, "customer_id": "c", "type": "t", "sequence": job.sequence + 1}
    with engine.begin() as connection:
        connection.execute(sa.insert(events_table).values(**clash, created_at=now, data={}))
    with pytest.raises(sa.exc.IntegrityError):
        store.cancel(job.job_id, SOMEBODY)

    assert job == store.get(job.job_id)


# ── afterwards ──


def test_litter_is_offered_when_nothing_can_live(store, running, now, at):
    """An ended job is offered for tidying after its lease, until it was tidied; a later epoch is not mistaken."""
    job = running()
    store.cancel(job.job_id, SOMEBODY)

    assert [] == at(now + second(29)).littered()
    assert [job.job_id] == [each.job_id for each in at(now + second(30)).littered()]
    store.tidied(replace(job, epoch=0))
    assert 1 == len(at(now + second(30)).littered())
    store.tidied(job)
    assert [] == at(now + second(30)).littered()


def test_litter_of_a_paused_attempt_waits_for_its_lease(store, running, now, at):
    """Cancelling a paused job offers its checkpoints, but not while the attempt before the pause may be dying."""
    job = running()
    store.pause(job.job_id, SOMEBODY)
    store.cancel(job.job_id, SOMEBODY)

    assert [] == at(now + second(29)).littered()
    assert 1 == len(at(now + second(30)).littered())


def test_a_job_that_never_ran_leaves_no_litter(store, limits, new_job, now, at):
    """A job cancelled before its first claim has nothing to tidy."""
    store.cancel(store.submit(new_job(), limits, None, SOMEBODY).job_id, SOMEBODY)

    assert [] == at(now + second(999)).littered()


def test_expired_jobs_are_forgotten(store, engine, running, now, at):
    """An ended job past its retention is named by the sweep until `forgotten`, which deletes it and its events."""
    job = running()
    store.finish(job, S.COMPLETED, None, Beat())
    end = now + timedelta(days=30)

    assert [] == at(end - second(1)).sweep()
    assert not at(end - second(1)).forgotten(job.job_id)
    assert [] == at(end).sweep(), "what it left behind goes first"
    store.tidied(job)
    assert [job.job_id] == at(end).sweep() == at(end).sweep()
    assert at(end).forgotten(job.job_id)
    assert store.get(job.job_id) is None
    with engine.connect() as connection:
        assert 0 == connection.execute(sa.select(sa.func.count()).select_from(events_table)).scalar_one()


def test_dismissed_jobs_expire_now(store, running, now):
    """An ended job that is dismissed expires at that moment; one that has not ended is refused."""
    job = running()
    with pytest.raises(ActionRefused, match="has not ended"):
        store.dismiss(job.job_id, SOMEBODY)
    store.finish(job, S.COMPLETED, None, Beat())
    store.tidied(job)

    assert now == store.dismiss(job.job_id, SOMEBODY).expires_at
    assert [job.job_id] == store.sweep()


def test_backlog_counts_the_living(store, new_job, limits, running, now, at):
    """Workers seen lately, the oldest of their beats, waiting and running jobs; paused ones wait for nobody."""
    running()
    paused, _ = (store.submit(new_job(), limits, None, SOMEBODY) for _ in range(2))
    store.pause(paused.job_id, SOMEBODY)
    for owner, ago in (("a", 2), ("b", 5), ("c", 60)):
        at(now - second(ago)).seen(owner)
    store.seen("a")
    backlog = store.backlog(10)

    assert (2, 5.0, 1, 1) == (backlog.live_workers, backlog.oldest_beat_s, backlog.waiting, backlog.running)


def test_no_worker_has_no_beat(store):
    """Without live workers there is no oldest beat."""
    assert (0, None) == (store.backlog(10).live_workers, store.backlog(10).oldest_beat_s)
