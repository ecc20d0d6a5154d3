"""A supervisor joined together, and what it starts for a job."""

import os
import secrets
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from lookalike.jobs.group import Command
from lookalike.jobs.job import Job
from lookalike.jobs.observer import Observer, about
from lookalike.jobs.spares import Spares
from lookalike.jobs.states import JobStatus
from lookalike.jobs.supervisor import Supervisor
from lookalike.pipeline import housekeeping
from lookalike.pipeline.work import Work
from lookalike.settings import Settings
from lookalike.wiring.completing import told_endpoint
from lookalike.wiring.executing import told_cluster
from lookalike.wiring.parts import Parts, n_workers

# what a job's process may know of ours: where programs and temporary files are, how text is encoded; no secrets
_PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV"),
    *("NUMBA_CACHE_DIR", "XDG_CACHE_HOME"),  # where compiled kernels are kept
    *("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES"),  # and for which processors: those of an image are for more than one
    *("RAY_USE_TLS", "RAY_TLS_SERVER_CERT", "RAY_TLS_SERVER_KEY", "RAY_TLS_CA_CERT"),  # files
)
DATA_SPARE_BYTES = 1 << 30  # what a process may have set aside beyond the memory it takes; an eighth of it was seen
# glibc: arrays of a block are taken from memory that is there, not asked of the kernel anew, page by page, each time
_KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(64 << 20)}
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


def supervisor(parts: Parts, environ: Mapping[str, str], observer: Observer) -> Supervisor:
    """
    A supervisor of the service's jobs, under a name no other has.

    Raises:
        SettingsError: the settings want a Ray cluster whose token is not there.
        ExtraMissing: they want one, and Ray is not installed.
    """
    told_cluster(parts.settings, environ, {})  # told now, not with the first job

    def told(job: Job) -> dict[str, Any]:
        return payload(job, parts, environ)

    return Supervisor(
        store=parts.store,
        clock=parts.clock,
        settings=parts.settings.jobs,
        owner=name(),
        groups=_groups(parts, environ),
        payload=told,
        tidy=tidier(parts),
        forget=parts.forget,
        observer=observer,
    )


def tidier(parts: Parts) -> Callable[[Job], None]:
    """What deletes what an ended job no longer needs."""

    def tidy(job: Job) -> None:
        output = parts.buckets[job.configuration["output_location"]["bucket"]]
        housekeeping.tidy(job.job_id, output, parts.work_bucket, keep=job.status is not JobStatus.CANCELLED)

    return tidy


def name() -> str:
    """One that no other worker has or will have."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


def payload(job: Job, parts: Parts, environ: Mapping[str, str]) -> dict[str, Any]:
    """What the child of a job is told; of the buckets only those that its request names."""
    request = Work.from_json(job.work).request
    helper_env = process_env(environ, threads=1)
    names = {request.input_bucket, request.output_bucket, *(request.conditions or ())[:1]}
    return {
        "about": dict(about(job)),
        "job_id": job.job_id,
        "home": str(parts.settings.home),
        "buckets": {name: parts.urls[name] for name in names if name in parts.urls},
        "work_bucket": parts.work_url,
        "endpoint": told_endpoint(parts.endpoints, request.parameters),
        "workers": n_workers(parts.settings),
        "helper_env": helper_env,
        "cluster": told_cluster(parts.settings, environ, helper_env),
        "publishing": job.publishing,
        "ceilings": {"input_bytes": parts.settings.jobs.input_max_bytes, "columns": parts.settings.jobs.columns_max},
        "data_max_bytes": parts.settings.jobs.memory_max_bytes + DATA_SPARE_BYTES,
        "work": dict(job.work),
    }


def _groups(parts: Parts, environ: Mapping[str, str]) -> Spares:
    lookalike = [sys.executable, "-m", "lookalike"]
    command = Command([*lookalike, "guard"], [*lookalike, "child"], process_env(environ, _width(parts.settings)))
    return Spares(command, replace(command, child=[*command.child, "ahead"]), parts.clock)


def _width(settings: Settings) -> int:
    """How wide polars may be in a job's own process: of two processors a second thread takes more than it gives."""
    workers = n_workers(settings)
    return 1 if workers == 2 else workers


def process_env(environ: Mapping[str, str], threads: int) -> dict[str, str]:
    """The environment of a process that does a job's work; `threads` is how wide polars may be."""
    env = {name: environ[name] for name in _PASSED_ON if name in environ}
    return {**env, **_KEPT_MEMORY, **dict.fromkeys(_ONE_THREAD, "1"), "POLARS_MAX_THREADS": str(threads)}
