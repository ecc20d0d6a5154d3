"""Where a job's divisible work is done, as the settings want it: in processes of this machine, or on a Ray cluster."""

import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from lookalike.compute.answering import result
from lookalike.compute.claims import shared_file
from lookalike.compute.local import INLINE_ITEMS, Helper, LocalExecutor, WorkerCommand
from lookalike.engines import BLOCK_ROWS
from lookalike.errors import ComputeAway, ExtraMissing
from lookalike.settings import Settings, secret
from lookalike.version import VERSION
from lookalike.wiring.cluster import introduce, marked
from lookalike.wiring.items import tasks_of

if TYPE_CHECKING:
    from lookalike.compute.ray import RayExecutor

PATIENCE_S = 90.0  # with a look at the cluster: Ray itself waits for up to a minute
_HELPER = (sys.executable, "-m", "lookalike", "task-worker")
_HELPERS = (
    "about",
    "job_id",
    "home",
    "buckets",
    "work_bucket",
    "endpoint",
    "data_max_bytes",
)  # what those who do items are told
_PROCESSORS = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")  # kernels for others would draw other rows


def told_cluster(
    settings: Settings, environ: Mapping[str, str], helper_env: Mapping[str, str]
) -> dict[str, Any] | None:
    """
    What a job's process is told of the Ray cluster, its token looked up; None: there is none.

    Args:
        helper_env: What processes on this machine are given; those of a cluster have folders of their own.

    Raises:
        SettingsError: the token is not there.
        ExtraMissing: Ray is not installed.
    """
    compute = settings.compute
    if compute.executor != "ray":
        return None
    if find_spec("ray") is None:
        raise ExtraMissing("The setting 'compute.executor' = \"ray\"", "ray")
    threads = {name: value for name, value in helper_env.items() if "THREADS" in name or name in _PROCESSORS}
    token = secret(settings, compute.ray_token, environ)
    return {"address": compute.ray_address, "token": token, "env": threads, "most": compute.workers}


def executor(hello: Mapping[str, Any], log_fd: int) -> "LocalExecutor | RayExecutor":
    """
    What does the items of the job that this process was told of.

    A local helper takes seconds to be ready: for a job of many rows they are started while its input is read.

    Args:
        log_fd: Where local helpers write their log.

    Raises:
        ComputeAway: the cluster cannot be reached.
    """
    helper = {key: hello[key] for key in _HELPERS if key in hello}
    if hello.get("cluster"):
        return _on_cluster(hello["cluster"], helper)
    claims = shared_file()
    command = WorkerCommand(_HELPER, hello["helper_env"], {**helper, "claims": claims}, log_fd, [claims])
    many = hello["work"]["request"]["n_rows"] >= INLINE_ITEMS * BLOCK_ROWS
    ahead = [Helper(command) for _ in range(hello["workers"] - 1 if many else 0)]
    return LocalExecutor(hello["workers"], tasks_of({**hello, "claims": claims}).run, command, ahead)


def n_processors_of_cluster(told: Mapping[str, Any], env: Mapping[str, str]) -> int:
    """
    How many processors the cluster has, if each node of it is fit for jobs.

    Looked at from another process: Ray may wait for minutes, and ends a process it does not like.

    Args:
        told: As `told_cluster` has it, and as `hello` what workers are told of buckets.
        env: Of that process; nothing secret.

    Raises:
        ComputeAway: it cannot be reached in time, or a node is not fit.
    """
    command = [sys.executable, "-m", "lookalike", "look-at-cluster"]
    line = json.dumps(dict(told)).encode() + b"\n"
    try:
        answer = subprocess.run(
            command, input=line, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=PATIENCE_S
        ).stdout
    except subprocess.TimeoutExpired:
        answer = b""
    if not answer:
        hint = "Look at the logs of the cluster's head; start it anew."
        raise ComputeAway(f"Ray at {told['address']} can be reached, but does nothing.", hint=hint)
    processors: int = result(json.loads(answer))
    return processors


def _on_cluster(told: Mapping[str, Any], helper: Mapping[str, Any]) -> "RayExecutor":
    introduce(told["token"])
    from lookalike.compute.ray import RayExecutor, Work

    work = Work("lookalike.wiring.cluster:serve", marked({**helper, "version": VERSION}), told["env"])
    return RayExecutor(told["address"], work, told["most"])
