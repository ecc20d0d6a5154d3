"""What the processes of a job are told, and how they tell what went wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from lookalike.compute.local import Helper, WorkerCommand
from lookalike.wiring.worker import process_env


def test_a_job_knows_little_of_our_environment() -> None:
    """Of our environment a job's process knows where programs are, and no secret; it is so many threads wide."""
    environ = {"PATH": "/bin", "LANG": "C", "S3_SECRET_KEY": "x", "LOOKALIKE_DATABASE": "y", "AWS_PROFILE": "z"}
    env = process_env(environ, threads=2)

    assert {"PATH", "LANG"} == set(environ) & set(env)
    assert "2" == env["POLARS_MAX_THREADS"]
    assert "1" == env["NUMBA_NUM_THREADS"]


def test_a_job_compiles_for_the_processors_of_the_service() -> None:
    """Kernels that were compiled ahead for one kind of processor are those that a job's process looks for."""
    environ = {"NUMBA_CACHE_DIR": "/cache", "NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": ""}

    assert environ.items() <= process_env(environ, threads=1).items()


def answers(home: Path, *questions: Any) -> list[dict[str, Any]]:
    """What a worker process that is ready answers to questions."""
    ready, *told = [json.loads(line) for line in asked(home, *questions).stdout.splitlines()]

    assert {"ready": True} == ready
    return told


def asked(home: Path, *questions: Any) -> subprocess.CompletedProcess[str]:
    """A worker process that was asked questions."""
    hello = {
        "job_id": "j",
        "about": {"job_id": "j"},
        "home": str(home),
        "buckets": {},
        "work_bucket": ["file:work", {}],
        "data_max_bytes": 8 * 1024**3,
    }
    lines = "".join(json.dumps(line) + "\n" for line in (hello, *questions))
    return subprocess.run(
        [sys.executable, "-m", "lookalike", "task-worker"],
        input=lines,
        env=process_env(os.environ, threads=1),
        capture_output=True,
        text=True,
        check=True,
    )


def test_a_worker_tells_errors_in_our_words(tmp_path: Path) -> None:
    """Errors of ours are told as they are, others as internal without their words; the worker lives on after each."""
    request: dict[str, Any] = {
        **dict.fromkeys(
            ("input_format", "output_format", "input_bucket", "input_path", "output_bucket", "output_path"), "x"
        ),
        "data_type": "tabular",
        "n_rows": 1,
        "project_id": "p",
        "parameters": {"seed": 1},
    }
    item = {"job_id": "j", "request": request, "block": 0, "n_rows": 1}
    told = answers(
        tmp_path,
        {"task": "draw_block", "item": item},
        {"task": "secret", "item": 1},
        {"task": "draw_block", "item": {}},
    )

    assert ["OBJECT_NOT_FOUND", "INTERNAL", "INTERNAL"] == [answer["error"]["code"] for answer in told]
    assert "secret" not in json.dumps(told)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc and the bound on data are Linux's")
def test_a_helper_is_confined(tmp_path: Path) -> None:
    """Once it is ready, a helper leaves no image of its memory and asks for no more than the job may have."""
    hello = {"job_id": "j", "about": {}, "home": str(tmp_path), "buckets": {}, "work_bucket": ["file:work", {}]}
    words = [sys.executable, "-m", "lookalike", "task-worker"]
    helper = Helper(WorkerCommand(words, process_env(os.environ, threads=1), {**hello, "data_max_bytes": 7 * 1024**3}))
    try:
        helper.greet()
        [process] = [p for p in psutil.Process().children() if p.cmdline()[-1:] == words[-1:]]
        limits = [process.rlimit(what)[1] for what in (psutil.RLIMIT_CORE, psutil.RLIMIT_DATA)]
    finally:
        helper.close()

    assert [0, 7 * 1024**3] == limits


def test_a_worker_logs_what_is_our_fault(tmp_path: Path) -> None:
    """An error that is none of ours is a line of JSON with the job's id, its kind and its places, without its words."""
    done = asked(tmp_path, {"task": "secret", "item": 1})
    [line] = [json.loads(line) for line in done.stderr.splitlines()]

    assert ("error", "j", "KeyError") == (line["level"], line["job_id"], line["error"])
    assert " < items.py:" in line["at"]
    assert "secret" not in done.stderr


@pytest.mark.parametrize("questions", [(), ({"task": "x", "item": 1},)])
def test_a_worker_ends_with_its_input(tmp_path: Path, questions: tuple[Any, ...]) -> None:
    """When nobody asks any more, the worker ends well, having answered each question once."""

    assert len(questions) == len(answers(tmp_path, *questions))
