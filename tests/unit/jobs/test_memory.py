import subprocess
import sys

from lookalike.jobs.memory import group_bytes


def test_a_group_is_measured_together():
    """The memory of a process and of its child in the same group counts; a group that is gone has none."""
    grab = "import sys, subprocess; x = b'x' * 50_000_000"
    nest = (
        f"{grab}; p = subprocess.Popen([sys.executable, '-c', {grab + '; print(1, flush=True); input()'!r}]); p.wait()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", nest], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    )
    process.stdout.readline()
    size = group_bytes(process.pid)
    process.communicate(b"\n")

    assert 100_000_000 < size < 200_000_000
    assert group_bytes(process.pid) == 0
