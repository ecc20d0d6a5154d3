"""The most memory that each process of a job had resident, as the kernel keeps it (VmHWM): looked at now and then."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.serving.service import Service, command_line

LOOK_S = 0.25  # what a process gains in its last moments is not seen
ROLES = ("service", "guard", "child", "helper")
Peaks = dict[str, int]  # bytes, by role and, of helpers, number


@contextmanager
def watched(service: Service) -> Iterator[Peaks]:
    """Peaks in bytes of the service, and of guard, child and helpers of the one job it does; complete at the end."""
    peaks, over = Peaks(), threading.Event()
    thread = threading.Thread(target=_watch, args=(service, peaks, over))
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()


def _watch(service: Service, peaks: Peaks, over: threading.Event) -> None:
    names: dict[int, str] = {}
    while not over.wait(LOOK_S):
        for process in _members(service):
            name = names.setdefault(process.pid, _name(process, service, list(names.values())))
            peaks[name] = max(peaks.get(name, 0), peak_bytes(process.pid))


def _members(service: Service) -> list[psutil.Process]:
    """The service, and of its descendants those that do a job: who is only kept ready is none of them."""
    below = psutil.Process(service.process.pid).children(recursive=True)
    working = [process for process in below if _called(process).startswith(("job-", "help-"))]
    guards = {process.ppid() for process in working if _called(process).startswith("job-")}
    members = {process.pid for process in working} | guards | {service.process.pid}
    return [process for process in [psutil.Process(service.process.pid), *below] if process.pid in members]


def _name(process: psutil.Process, service: Service, taken: list[str]) -> str:
    if process.pid == service.process.pid:
        return "service"
    words = command_line(process)
    role = next((role for word, role in _WORDS.items() if word in words), "helper")
    return f"{role} {sum(name.startswith(role) for name in taken) + 1}" if role == "helper" else role


_WORDS = {"guard": "guard", "child": "child", "task-worker": "helper"}


def _called(process: psutil.Process) -> str:
    try:
        return str(process.name())
    except psutil.Error:
        return ""


def peak_bytes(pid: int) -> int:
    """The most memory a process had resident; 0 if it has ended, or the system does not keep it."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), 0)
