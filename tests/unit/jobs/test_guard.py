import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import psutil
import pytest

TALKER = "import sys; print('ready', flush=True); [print(line.strip(), flush=True) for line in sys.stdin]"


class Guarded:
    """A guard as a supervisor starts it, with what its child writes."""

    def __init__(self, guard_argv):
        env = {"PYTHONPATH": os.pathsep.join(sys.path)}
        self.process = subprocess.Popen(
            guard_argv,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def say(self, **line):
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()

    def run(self, code, payload=None, within_s=60.0):
        argv = [sys.executable, "-c", code]
        self.say(argv=argv, payload=payload or {}, deadline=time.monotonic() + within_s)

    def hear(self):
        return self.process.stdout.readline().strip()

    def group(self):
        return [pid for pid in psutil.pids() if _in_group(pid, self.process.pid)]

    def close(self):
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


def _in_group(pid, pgid):
    try:
        return os.getpgid(pid) == pgid and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False


@pytest.fixture
def guarded(guard_argv):
    guarded = Guarded(guard_argv)
    yield guarded
    guarded.close()


def test_payload_and_lines_reach_the_child(guarded):
    """The payload is the first line of the child's input, what is meant for it comes after, in order."""
    guarded.run(TALKER, {"a": "é"})
    for n in range(3):
        guarded.say(to_child={"n": n})

    assert guarded.hear() == "ready"
    assert [json.loads(guarded.hear()) for _ in range(4)] == [{"a": "é"}, {"n": 0}, {"n": 1}, {"n": 2}]


@pytest.mark.parametrize(("code", "status"), [("pass", 0), ("raise SystemExit(7)", 7), ("import os; os.abort()", 134)])
def test_the_guard_exits_with_its_child(guarded, code, status):
    """The guard's exit status is the child's, 128 + number for a signal."""
    guarded.run(code)

    assert guarded.process.wait(20) == status


def test_a_child_that_does_not_read_stops_nothing(guarded, waiting):
    """While the child leaves more than a pipeful unread, the deadline still holds."""
    guarded.run("import time; time.sleep(600)", {"ballast": "x" * 500_000}, within_s=1)

    assert guarded.process.wait(20) == -signal.SIGKILL
    waiting(lambda: not guarded.group())


def test_a_passed_deadline_kills_the_group(guarded, waiting):
    """At the deadline child and guard die, though the child is deep in C and holds the interpreter."""
    guarded.run("import ctypes; print('ready', flush=True); ctypes.PyDLL(None).sleep(600)", within_s=1)

    assert guarded.hear() == "ready"
    assert guarded.process.wait(20) == -signal.SIGKILL
    waiting(lambda: not guarded.group())


def test_a_beat_moves_the_deadline(guarded):
    """A later deadline lets the group live on, an earlier one ends it."""
    guarded.run(TALKER, within_s=1)
    guarded.say(deadline=time.monotonic() + 60)
    time.sleep(1.2)
    guarded.say(to_child={"still": "there"})

    assert [guarded.hear() for _ in range(3)] == ["ready", "{}", '{"still": "there"}']
    guarded.say(deadline=time.monotonic())
    assert guarded.process.wait(20) == -signal.SIGKILL


def test_the_end_of_input_kills_the_group(guarded, waiting):
    """When the supervisor's end of the pipe closes, the whole group dies."""
    guarded.run("import ctypes; print('ready', flush=True); ctypes.PyDLL(None).sleep(600)")
    guarded.hear()
    guarded.process.stdin.close()

    assert guarded.process.wait(20) == -signal.SIGKILL
    waiting(lambda: not guarded.group())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_polite_signals_are_ignored(guarded, number):
    """A signal to the group, such as a service manager sends to all, ends neither guard nor child."""
    guarded.run(TALKER)
    guarded.hear()
    os.killpg(guarded.process.pid, number)
    guarded.say(to_child={"still": "there"})

    assert [guarded.hear() for _ in range(2)] == ["{}", '{"still": "there"}']


def test_what_the_child_leaves_behind_is_ended(guarded, waiting):
    """When the child exits, a grandchild that would go on is hung up on."""
    guarded.run("import subprocess; subprocess.Popen(['sleep', '600'])")

    assert guarded.process.wait(20) == 0
    waiting(lambda: not guarded.group())


def test_the_group_is_the_guards_own(guard_argv, waiting):
    """Started by hand in someone's group, the guard makes its own, so that it never kills its starter."""
    process = subprocess.Popen(guard_argv, env={"PYTHONPATH": os.pathsep.join(sys.path)}, stdin=subprocess.PIPE)
    waiting(lambda: os.getpgid(process.pid) == process.pid)
    process.stdin.close()

    assert process.wait(20) == -signal.SIGKILL


def test_the_guard_is_light():
    """Loading the guard loads nothing of science, no database and no psutil."""
    heavy = {"numpy", "polars", "sqlalchemy", "pydantic", "psutil"}
    code = f"import sys, lookalike.jobs.guard; print(sorted({heavy} & set(sys.modules)))"
    env = {"PYTHONPATH": os.pathsep.join(sys.path)}

    assert subprocess.check_output([sys.executable, "-c", code], env=env, text=True).strip() == "[]"
