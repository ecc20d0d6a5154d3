"""What processes of a job are kept to: memory they can get, temporary files of their own."""

import os
import stat

import pytest

from lookalike.errors import StorageFailed
from lookalike.jobs.group import Command
from lookalike.jobs.scratch import Scratch, sweep
from lookalike.jobs.states import JobStatus

S = JobStatus
PUBLISH = [["say", {"type": "publish"}], ["listen"]]
DONE = ["say", {"type": "done", "work": {}, "metadata": {}}]


def test_an_abort_is_for_want_of_memory(service):
    """A child that a library has aborted is not begun again: it would end in the same way."""
    service.supervise(lease_s=60)
    job = service.reaches(service.submit(["abort"]), S.FAILED)

    assert ("OUT_OF_MEMORY", 0, 1) == (job.error_code, job.retry_count, job.epoch)
    assert "asked for more memory than there is" in job.error_message


def test_what_was_said_before_an_abort_counts(service):
    """A child that was done, or had failed, before it was aborted is just that."""
    service.supervise(lease_s=60)
    failed = ["say", {"type": "failed", "code": "INPUT_REFUSED", "message": "too small"}]
    done, refused = service.submit(*PUBLISH, DONE, ["abort"]), service.submit(failed, ["abort"])

    assert S.COMPLETED is service.reaches(done, S.COMPLETED, S.FAILED).status
    assert "INPUT_REFUSED" == service.reaches(refused, S.FAILED).error_code


def test_an_abort_while_publishing_is_a_crash(service):
    """What has begun to publish goes through in another attempt, or is given up as any crash is."""
    service.supervise(lease_s=60)
    job = service.reaches(service.submit(*PUBLISH, ["abort"]), S.FAILED)

    assert ("WORKER_LOST", 3) == (job.error_code, job.retry_count)


@pytest.mark.parametrize("end", [["exit", 1], ["hold"], ["abort"]])
def test_temporary_files_are_a_jobs_own(service, waiting, end):
    """Two jobs at once have folders that nobody else may enter; they go with the processes, however those end."""
    service.supervise(slots=2, max_restarts=0, lease_s=60)
    ids = [service.submit(["litter", f"job-{n}"], ["until", str(service.folder / "go")], end) for n in range(2)]
    found = waiting(lambda: len(found := sorted(service.temporary.glob("lookalike-job-*/job-?"))) == 2 and found)
    modes = {stat.S_IMODE(path.parent.stat().st_mode) for path in found}
    (service.folder / "go").touch()
    for job_id in ids if end == ["hold"] else []:
        service.store.cancel(job_id, None)
    for job_id in ids:
        service.reaches(job_id, S.FAILED, S.CANCELLED)

    assert {0o700} == modes
    assert 2 == len({path.parent for path in found})
    waiting(lambda: not list(service.temporary.iterdir()))


def test_temporary_files_of_a_killed_supervisor_go(service, waiting):
    """The next supervisor deletes what another one that was killed had no time to."""
    apart = service.supervise_apart(lease_s=60)
    service.submit(["litter", "left"], ["hold"])
    [left] = waiting(lambda: list(service.temporary.glob("lookalike-job-*/left/file")))
    apart.kill()
    service.n_running(0)
    before = left.exists()
    service.supervise()
    waiting(lambda: not left.parent.parent.exists())

    assert before


def test_no_place_for_temporary_files(service, guard_argv, child_argv):
    """A job for whose files there is no place fails and says what to do."""
    command = Command(guard_argv, child_argv, {**service.env, "TMPDIR": str(service.folder / "nowhere")})
    service.supervise(command=command, ahead="ready")
    job = service.reaches(service.submit(*PUBLISH, DONE), S.FAILED, S.COMPLETED)

    assert ("STORAGE_FAILED", 0) == (job.error_code, job.retry_count)
    assert "TMPDIR" in job.error_message


def test_sweeping_leaves_what_is_in_use(tmp_path):
    """Only folders of ours whose owner is gone are deleted: not locked ones, others' files, links to elsewhere."""
    elsewhere, theirs = tmp_path / "elsewhere", tmp_path / "others"
    for path in (elsewhere, theirs):
        (path / "kept").mkdir(parents=True)
    (tmp_path / "lookalike-job-link").symlink_to(elsewhere)
    used, left = Scratch(tmp_path), Scratch(tmp_path)
    os.close(left._lock)
    sweep(tmp_path)

    assert used.path.exists()
    assert not left.path.exists()
    assert {"kept"} == {path.name for folder in (elsewhere, theirs) for path in folder.iterdir()}
    used.remove()
    assert not used.path.exists()
    with pytest.raises(StorageFailed, match="TMPDIR"):
        Scratch(tmp_path / "nowhere")
