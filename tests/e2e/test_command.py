"""The service's commands, as a person types them."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from service import Service, request, serving


def _lookalike(*args: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lookalike", *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def _jobs(service: Service, *args: object) -> subprocess.CompletedProcess[str]:
    return _lookalike("jobs", *args, "--home", service.home, "--customer", "acme", "--url", service.url)


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

    assert (3, 2, 2) == (refused.returncode, wrong.returncode, broken.returncode)
    assert "INPUT_REFUSED" in refused.stderr
    assert "data_size" in wrong.stderr
    assert "Traceback" not in refused.stderr + wrong.stderr + broken.stderr


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
