"""
Jobs of a service whose work is done on a Ray cluster of two nodes, on a network that has only `lo`, with its token.

Output is what the same service makes by itself, byte for byte, whatever is killed; what was made before is not made
again; a job that is cancelled leaves no process; no secret is written anywhere.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from service import Service, as_environment, digest, serving

import ray_cluster
from lookalike import samples
from lookalike.home import prepare
from object_server import object_server, options
from ray_cluster import Cluster, until

WHY_NOT = ray_cluster.why_not()
SOURCE = Path(__file__).parents[2] / "src"
CANCEL_S = 2.0  # until no process of a cancelled job is left, a beat included
SECRET = "not-to-be-found-anywhere/1"
MADE = {  # what tells that an item is done
    "fit_group": "work/jobs/{}/group-*",
    "draw_block": "work/jobs/{}/block-*",
    "write_part": "buckets/out/.lookalike/{}/part-*",
}
UNDER_WAY = {"fit_group": 0, "draw_block": 0, "write_part": 1}  # a part that stands is still to be read back: that item
TABLE = {"input_path": "adult.csv", "data_size": 450_000, "parameters": {"seed": 7, "part_rows": 100_000}}
STORMS = {
    "data_type": "time_series",
    "input_path": "storms.csv",
    "data_size": 10_000,
    "parameters": {"seed": 7, "part_rows": 4_000},
}

pytestmark = [
    pytest.mark.ray,
    pytest.mark.slow,
    pytest.mark.skipif(WHY_NOT is not None, reason=str(WHY_NOT)),
    pytest.mark.timeout(300),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two nodes, one processor each."""
    with ray_cluster.only_loopback(), ray_cluster.cluster({"PYTHONPATH": str(SOURCE)}) as made:
        yield made


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with real data in a bucket of its own."""
    folder = tmp_path_factory.mktemp("ray") / "home"
    prepare(folder)
    for name in ("in", "out"):
        (folder / "buckets" / name).mkdir(parents=True)
    for name in ("adult.csv", "storms.csv"):
        shutil.copy(samples.path(name), folder / "buckets" / "in")
    return folder


@pytest.fixture(scope="module")
def settings(cluster: Cluster) -> dict[str, str]:
    """What makes a service use the cluster."""
    return {
        "COMPUTE__EXECUTOR": "ray",
        "COMPUTE__RAY_ADDRESS": cluster.address,
        "COMPUTE__RAY_TOKEN": "of_ray",
        "SECRETS__OF_RAY": f'{{file = "{cluster.token_file}"}}',
    }


@pytest.fixture(scope="module")
def local(cluster: Cluster, home: Path) -> dict[str, dict[str, str]]:
    """What the service makes of each job by itself: SHA-256 of the parts, by name."""
    with serving(home, COMPUTE__WORKERS="2") as service:
        made = {name: service.run(**asked, output_path=f"local/{name}/") for name, asked in ASKED.items()}
    assert {"completed"} == {job["status"] for job in made.values()}
    return {name: _parts(home, f"local/{name}") for name in ASKED}


@pytest.fixture(scope="module")
def service(settings: dict[str, str], home: Path, local: dict[str, dict[str, str]]) -> Iterator[Service]:
    """One that uses the cluster, once the other has stopped; one of its buckets asks for a secret."""
    secret = home.parent / "secret"
    secret.write_text(SECRET)
    with object_server() as objects:
        far = {name: json.dumps(value) for name, value in options(objects.port).items()}
        far["secret_access_key"] = '{secret = "of_far"}'
        bucket = {"URL": f"s3://{objects.new_bucket()}"} | {f"OPTIONS__{name.upper()}": far[name] for name in far}
        named = {f"BUCKETS__FAR__{name}": value for name, value in bucket.items()}
        with serving(home, **settings, **named, SECRETS__OF_FAR=f'{{file = "{secret}"}}') as made:
            yield made


ASKED: Mapping[str, Mapping[str, Any]] = {"table": TABLE, "storms": STORMS}


@pytest.mark.parametrize("name", list(ASKED))
def test_the_same_bytes(service: Service, home: Path, local: dict[str, dict[str, str]], name: str) -> None:
    """What the cluster makes is what the service makes by itself, part for part."""
    job = service.run(**ASKED[name], output_path=f"ray/{name}/")

    assert ("completed", 0) == (job["status"], job["metadata"]["retry_count"])
    assert local[name] == _parts(home, f"ray/{name}")


def _kill_worker(cluster: Cluster, task: str) -> None:
    cluster.tasks(task)[0].kill()


def _kill_node(cluster: Cluster, task: str) -> None:
    until(lambda: cluster.other.tasks(task))
    cluster.other.kill()


@pytest.mark.parametrize(
    ("name", "task", "kill"),
    [
        ("storms", "fit_group", _kill_worker),
        ("table", "draw_block", _kill_worker),
        ("table", "write_part", _kill_worker),
        ("storms", "fit_group", _kill_node),
        ("table", "draw_block", _kill_node),
    ],
)
def test_killed(
    service: Service,
    cluster: Cluster,
    local: dict[str, dict[str, str]],
    name: str,
    task: str,
    kill: Callable[[Cluster, str], None],
) -> None:
    """kill -9 of a worker or of a whole node restarts no job, changes no byte, makes nothing anew that was done."""
    path = f"killed/{name}-{task}-{kill.__name__}/"
    job_id = service.submit(**ASKED[name], output_path=path)
    made = service.home / MADE[task].format(job_id)
    until(lambda: len(_files(made)) > 1 and cluster.tasks(task))
    kill(cluster, task)
    before = _files(made)
    job, after = _last(service, job_id, made)
    if cluster.other.process.poll() is not None:
        cluster.other = cluster.add("127.0.0.2")

    assert ("completed", 0) == (job["status"], job["metadata"]["retry_count"])
    assert local[name] == _parts(service.home, path)
    assert len([path for path in before if before[path] != after[path]]) <= UNDER_WAY[task]
    assert len(after) > len(before) > 0


@pytest.mark.parametrize("action", ["cancel", "pause"])
def test_nothing_is_left_of_a_job_that_was_stopped(service: Service, cluster: Cluster, action: str) -> None:
    """Cancelled or paused, all its tasks have ended within two seconds, on both nodes; they had been there."""
    job_id = service.submit(**TABLE | {"data_size": 3_000_000}, output_path=f"{action}/")
    until(lambda: cluster.head.tasks("draw_block") and cluster.other.tasks("draw_block"))
    begun = time.monotonic()
    answer = service.act(job_id, action)
    until(lambda: not any(cluster.tasks(task) for task in MADE))
    took_s = time.monotonic() - begun
    service.act(job_id, "cancel")

    assert 200 == answer.status_code
    assert took_s < CANCEL_S
    assert not list((service.home / "buckets" / "out" / action).glob("part-*"))


def test_no_secret_is_written(service: Service, cluster: Cluster) -> None:
    """No secret of a bucket, no token, no cell stands in a file of Ray's or in what can be seen of a process."""
    job_id = service.submit(**TABLE, output_bucket="far", output_path="far/")
    until(lambda: cluster.tasks("write_part"))
    seen = [_seen(process) for process in psutil.process_iter()]
    job = service.watch(job_id)[-1]
    written = [path.read_bytes() for path in (cluster.folder / "s").rglob("*") if path.is_file()]
    told = b"\0".join([*seen, *written])

    assert "completed" == job["status"]
    assert b"draw_block" in told
    assert b"Prof-specialty" not in b"".join(written)
    assert [] == [value for value in (SECRET, cluster.token) if value.encode() in told]


def test_check(cluster: Cluster, home: Path, settings: dict[str, str], tmp_path: Path) -> None:
    """`lookalike check` visits all nodes; whatever is wrong it says, with what to do, and nothing of a secret."""
    wrong = tmp_path / "wrong"
    wrong.write_text("f" * 64)

    assert (True, "2 processors; all its nodes are fit for jobs", None) == _checked(home, settings)
    for changes, message, hint in (
        ({"COMPUTE__RAY_ADDRESS": "127.0.0.1:9"}, "does not answer", "ray start --head"),
        ({"SECRETS__OF_RAY": f'{{file = "{wrong}"}}'}, "does not let this process in", "compute.ray_token"),
    ):
        well, told, mend = _checked(home, {**settings, **changes})
        assert (False, True, True) == (well, message in told, hint in str(mend)), told


def test_check_tells_of_nodes_that_are_not_fit(
    cluster: Cluster, home: Path, settings: dict[str, str], tmp_path: Path
) -> None:
    """A node with another version of Lookalike, or without it, is named as what it is."""
    shutil.copytree(SOURCE / "lookalike", tmp_path / "lookalike", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "lookalike" / "version.py").write_text('VERSION = "9.9.9"\n')
    node = cluster.add("127.0.0.3", PYTHONPATH=str(tmp_path))
    well, told, _ = _told(home, settings, "has Lookalike 9.9.9")
    node.kill()

    assert (False, True) == (well, "has Lookalike 9.9.9" in told), told


def test_a_node_that_does_not_see_the_buckets(cluster: Cluster, home: Path, settings: dict[str, str]) -> None:
    """A node on which a folder that is a bucket is not there does nothing, least of all make it."""
    node = cluster.add("127.0.0.4", hidden=home)
    well, told, mend = _told(home, settings, "does not see the bucket")
    node.kill()

    assert (False, True, True) == (well, "does not see the bucket 'work'" in told, "s3://" in str(mend)), told


def _told(home: Path, settings: dict[str, str], words: str) -> tuple[bool, str, str | None]:
    """What a check says once it has these words: Ray is late to know of nodes that came or went just now."""
    for _ in range(4):
        found = _checked(home, settings)
        if words in found[1]:
            break
    return found


def test_a_cluster_that_does_not_let_us_in(cluster: Cluster, tmp_path: Path, settings: dict[str, str]) -> None:
    """With another token a job is not done and not failed either: it is paused, and says why."""
    wrong = tmp_path / "wrong"
    wrong.write_text("f" * 64)
    home = tmp_path / "home"
    with serving(home, **{**settings, "SECRETS__OF_RAY": f'{{file = "{wrong}"}}'}) as service:
        service.bucket("out")
        shutil.copy(samples.path("adult.csv"), service.bucket("in"))
        job = service.watch(service.submit(), lambda job: job["status"] == "paused")[-1]

    assert "does not let this process in" in job["metadata"]["pause_reason"]


def _parts(home: Path, path: str) -> dict[str, str]:
    return {part.name: digest(part) for part in sorted((home / "buckets" / "out" / path).glob("part-*"))}


def _files(made: Path) -> dict[str, tuple[int, int]]:
    """Which file each of these is: one written anew would be another."""
    found = {}
    for path in made.parent.glob(made.name):
        with suppress(FileNotFoundError):  # put in its place, or tidied away
            status = path.stat()
            found[path.name] = (status.st_ino, status.st_mtime_ns)
    return found


def _last(service: Service, job_id: str, made: Path) -> tuple[dict[str, Any], dict[str, tuple[int, int]]]:
    """The job once it has ended, and these files as they were seen last."""
    seen: dict[str, tuple[int, int]] = {}

    def ended(job: dict[str, Any]) -> bool:
        nonlocal seen
        seen |= _files(made)
        return job["status"] in ("completed", "failed")

    return service.watch(job_id, ended)[-1], seen


def _seen(process: psutil.Process) -> bytes:
    """What anybody may see of a process: its command line, its environment at its start, its name."""
    try:
        return b"\0".join(
            (Path("/proc") / str(process.pid) / name).read_bytes() for name in ("cmdline", "environ", "comm")
        )
    except OSError:
        return b""


def _checked(home: Path, settings: Mapping[str, str]) -> tuple[bool, str, str | None]:
    """What `lookalike check` says of Ray: whether it is well, what is found, what to do."""
    command = [sys.executable, "-m", "lookalike", "check", "--home", str(home), "--json"]
    done = subprocess.run(command, env={**os.environ, **as_environment(settings)}, capture_output=True, text=True)
    [found] = [line for line in map(json.loads, done.stdout.splitlines()) if line["part"] == "Ray"]
    return found["well"], found["message"], found["hint"]
