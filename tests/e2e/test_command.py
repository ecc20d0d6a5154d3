"""The service's commands, as a person types them."""

import json
import os
import pty
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from service import Service, request, serving


def _lookalike(*args: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lookalike", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def _jobs(service: Service, *args: object) -> subprocess.CompletedProcess[str]:
    return _lookalike("jobs", *args, "--home", service.home, "--customer", "acme", "--url", service.url)


def _at_a_terminal(service: Service, *args: object) -> tuple[int, str, str]:
    """Exit code, standard output, and what is written to a terminal that standard error is."""
    parent, child = pty.openpty()
    words = ["jobs", *args, "--home", service.home, "--customer", "acme", "--url", service.url]
    command = [sys.executable, "-m", "lookalike", *map(str, words)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=child, text=True) as process:
        os.close(child)
        told = b""
        with suppress(OSError):  # the other end is closed
            while chunk := os.read(parent, 4_096):
                told += chunk
        os.close(parent)
        out, _ = process.communicate()
    return process.returncode, out, told.decode()


def test_a_job_from_the_command_line(service: Service, tmp_path: Path) -> None:
    """Submit, wait, show and list a job; the exit code says that it is done."""
    file = tmp_path / "job.json"
    file.write_text(json.dumps(request(output_path="command/x.parquet")))
    submitted = _jobs(service, "submit", file, "--wait")
    job_id = submitted.stdout.strip()
    shown, listed = _jobs(service, "show", job_id), _jobs(service, "list", "--status", "completed")
    as_json = json.loads(_jobs(service, "show", job_id, "--json").stdout)

    assert (0, 0, 0) == (submitted.returncode, shown.returncode, listed.returncode), submitted.stderr
    assert "publish" in shown.stdout
    assert job_id in listed.stdout
    assert (as_json["job_id"], as_json["status"]) == (job_id, "completed")
    assert (service.bucket("out") / "command" / "x.parquet").is_file()


def test_what_a_job_left_from_the_command_line(service: Service, tmp_path: Path) -> None:
    """A job is waited for, what happened to it is listed, and what it left is downloaded, the output unless named."""
    job_id = service.submit(output_path="command/parts/", parameters={"part_rows": 600, "seed": 7})
    waited = _jobs(service, "wait", job_id, "--json")
    events, artefacts = (json.loads(_jobs(service, what, job_id, "--json").stdout) for what in ("events", "artefacts"))
    parts = _jobs(service, "download", job_id, "--to", tmp_path)
    report = json.loads(_jobs(service, "download", job_id, "report.json", "--to", tmp_path, "--json").stdout)
    people = [_jobs(service, what, job_id).stdout.splitlines() for what in ("events", "artefacts")]

    assert (0, "", "completed") == (waited.returncode, waited.stderr, json.loads(waited.stdout)["status"])
    assert ("job.created", "job.completed") == (events["events"][0]["type"], events["events"][-1]["type"])
    assert {"report.html", "manifest.json"} < {each["name"] for each in artefacts["artefacts"]}
    assert ["part-00000.parquet", "part-00001.parquet"] == [Path(line).name for line in parts.stdout.splitlines()]
    assert all(Path(line).is_file() for line in [*parts.stdout.splitlines(), *report["files"]])
    assert [len(events["events"]), len(artefacts["artefacts"])] == [len(lines) for lines in people]
    assert all(len(line) <= 80 for lines in people for line in lines)


def test_progress_is_for_terminals(service: Service, tmp_path: Path) -> None:
    """Where nobody looks, a job that is waited for writes its id and nothing else; at a terminal, how far it is."""
    file = tmp_path / "job.json"
    file.write_text(json.dumps(request(output_path="command/quiet.parquet", parameters={"evaluate": False})))
    quiet = _jobs(service, "submit", file, "--wait")
    file.write_text(json.dumps(request(output_path="command/shown.parquet", parameters={"evaluate": False})))
    code, out, told = _at_a_terminal(service, "submit", file, "--wait")

    assert (0, "", 1) == (quiet.returncode, quiet.stderr, len(quiet.stdout.splitlines()))
    assert (0, 1) == (code, len(out.splitlines()))
    assert "%" in told


def test_ids_of_jobs_are_completed(service: Service) -> None:
    """A shell is offered the newest jobs of the service that is named."""
    job_id = service.run(output_path="command/completed.parquet", parameters={"evaluate": False})["job_id"]
    words = ["lookalike", "jobs", "show", "--url", service.url, "--token", service.acme, job_id[:4]]
    told = {"_LOOKALIKE_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    done = subprocess.run(
        [sys.executable, "-m", "lookalike"], env={**os.environ, **told}, capture_output=True, text=True, check=False
    )

    assert f"plain,{job_id}" in done.stdout.splitlines()


def test_exit_codes_of_jobs(service: Service, tmp_path: Path) -> None:
    """Input that is refused is 3; a request that is wrong is 2 with the service's words; so is a file without JSON."""
    (service.bucket("in") / "few.csv").write_text("a,b\n1,2\n")
    file = tmp_path / "job.json"
    file.write_text(json.dumps(request(input_path="few.csv", output_path="command/few.parquet")))
    refused = _jobs(service, "submit", file, "--wait")
    file.write_text(json.dumps(request(data_size=0)))
    wrong = _jobs(service, "submit", file)
    file.write_text("{")
    broken = _jobs(service, "submit", file)
    file.write_text("[1]")
    no_object = _jobs(service, "submit", file)

    assert (3, 2, 2, 2) == tuple(done.returncode for done in (refused, wrong, broken, no_object))
    assert "INPUT_REFUSED" in refused.stderr
    assert "data_size" in wrong.stderr
    assert "Traceback" not in refused.stderr + wrong.stderr + broken.stderr + no_object.stderr


@pytest.mark.parametrize("action", ["cancel", "pause", "resume"])
def test_actions(service: Service, action: str) -> None:
    """An action on a job that has ended is told, not done."""
    job_id = service.run(output_path=f"command/{action}.parquet", parameters={"evaluate": False})["job_id"]
    done = _jobs(service, action, job_id)

    assert done.returncode == 2
    assert "completed" in done.stderr


def test_a_new_home(tmp_path: Path) -> None:
    """`serve` makes its home and prints its URL; keys are readable by their owner only; told to stop, it ends well."""
    home = tmp_path / "new"
    with serving(home) as service:
        assert service.url.startswith("http://127.0.0.1:")
    rest = service.process.returncode
    keys = [stat.S_IMODE(path.stat().st_mode) for path in (home / "keys").iterdir()]

    assert rest == 0
    assert {"lookalike.toml", "lookalike.db", "keys", "buckets", "work"} <= {path.name for path in home.iterdir()}
    assert {0o600} == set(keys)
    assert stat.S_IMODE((home / "keys").stat().st_mode) == 0o700


def test_one_line_on_standard_output(tmp_path: Path) -> None:
    """Nothing but the URL goes to standard output; a port that is taken is told with exit code 2."""
    with serving(tmp_path / "home") as service:
        port = service.url.rpartition(":")[2]
        taken = _lookalike("serve", "--home", tmp_path / "other", "--port", port)
        out = service.process.stdout
        service.process.terminate()
        service.process.wait(30)

        assert out is not None
        assert out.read() == ""
    assert taken.returncode == 2
    assert port in taken.stderr
    assert "Traceback" not in taken.stderr


def test_a_worker_of_its_own(service: Service) -> None:
    """A second worker on the same home takes jobs and stops when it is told to."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "lookalike", "worker", "--home", str(service.home)], stderr=subprocess.DEVNULL
    )
    jobs = [service.submit(output_path=f"command/worker-{n}.parquet", parameters={"evaluate": False}) for n in range(4)]
    last = [service.watch(job)[-1]["status"] for job in jobs]
    worker.terminate()

    assert ["completed"] * 4 == last
    assert worker.wait(30) == 0
