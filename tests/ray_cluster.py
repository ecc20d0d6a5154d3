"""
A real Ray cluster for tests: two nodes, token authentication, in a network that has nothing but `lo`.

Each node is a process namespace of its own: killed with its first process, all of it is gone at once, as when a machine
loses its power; and nothing of it outlives a test.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import psutil

from ports import free_port

CLONE_NEWNET = 0x40000000  # sched.h
READY_S = 60
ALONE = ("unshare", "--pid", "--fork", "--kill-child=KILL", "--mount-proc")
RAY = (sys.executable, "-m", "ray.scripts.scripts")
HIDE = ("sh", "-c", 'mount -t tmpfs none "$0" && exec "$@"')
STORE = ("--object-store-memory", "100000000")
AUTH_MODE = {"RAY_AUTH_MODE": "token", "RAY_USAGE_STATS_ENABLED": "0"}


def why_not() -> str | None:
    """What is missing for a cluster here, if anything is."""
    if find_spec("ray") is None:
        return "needs the extra ray"
    if os.geteuid() != 0 or shutil.which("unshare") is None or shutil.which("ip") is None:
        return "needs root and Linux with unshare and ip, to make namespaces"
    made = subprocess.run(["unshare", "--net", "--pid", "--fork", "--mount-proc", "true"], capture_output=True)
    return "namespaces cannot be made here" if made.returncode else None


@contextmanager
def only_loopback() -> Iterator[None]:
    """This thread, and all it starts meanwhile, in a network that has `lo` alone."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as before:
        assert libc.unshare(CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        try:
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            yield
        finally:
            assert libc.setns(before.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())


@dataclass
class Node:
    """A node; `address` is its own on `lo`."""

    address: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """kill -9 of all of it at once."""
        for child in psutil.Process(self.process.pid).children():
            child.kill()  # the first process of the namespace: the kernel ends the others
        self.process.wait(10)

    def tasks(self, name: str) -> list[psutil.Process]:
        """Its processes that are at a task of that name."""
        try:
            family = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return [process for process in family if _title(process).startswith(f"ray::{name}")]


class Cluster:
    """Where it is, the token it asks for, its folder of logs, its nodes; one processor on each."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.port = free_port()
        self.token_file = folder / "token"
        self.token_file.write_text(os.urandom(32).hex())
        ours = {name: value for name, value in os.environ.items() if not name.startswith("RAY_")}  # of another cluster
        self._env = {**ours, **AUTH_MODE, **env, "RAY_AUTH_TOKEN_PATH": str(self.token_file)}
        self._log = (folder / "nodes.log").open("ab")
        self._n_nodes = 0
        self.head = self._start("127.0.0.1", "--head", "--port", str(self.port), "--include-dashboard", "false")
        self.other = self.add("127.0.0.2")

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @cached_property
    def token(self) -> str:
        return self.token_file.read_text()

    def add(self, address: str, hidden: Path | None = None, **env: str) -> Node:
        """One more node, ready; it sees an empty folder in place of `hidden`; `env` is added to its environment."""
        return self._start(address, "--address", self.address, hidden=hidden, **env)

    def tasks(self, name: str) -> list[psutil.Process]:
        """Processes that are at a task of that name, on both nodes."""
        return [*self.head.tasks(name), *self.other.tasks(name)]

    def close(self) -> None:
        for node in (self.other, self.head):
            if node.process.poll() is None:
                node.kill()
        self._log.close()

    def _start(self, address: str, *words: str, hidden: Path | None = None, **env: str) -> Node:
        head = ("--temp-dir", str(self.folder / "s")) if "--head" in words else ()
        hide = () if hidden is None else (*HIDE, str(hidden))
        command = [
            *ALONE,
            *hide,
            *RAY,
            "start",
            *words,
            *head,
            *STORE,
            "--node-ip-address",
            address,
            "--num-cpus",
            "1",
            "--block",
        ]
        process = subprocess.Popen(
            command,
            env={**self._env, **env},
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        self._n_nodes += 1
        until(lambda: self._started() == self._n_nodes)
        return Node(address, process)

    def _started(self) -> int:
        return (self.folder / "nodes.log").read_text().count("Ray runtime started")


def until(holds: Callable[[], object], patience_s: float = READY_S) -> float:
    """Seconds until it holds."""
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() < begun + patience_s, "it never held"
        time.sleep(0.01)
    return time.monotonic() - begun


def _title(process: psutil.Process) -> str:
    try:
        return "" if process.status() == psutil.STATUS_ZOMBIE else " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


@contextmanager
def cluster(env: Mapping[str, str]) -> Iterator[Cluster]:
    """A cluster of two nodes; `env` is added to ours in all its processes."""
    folder = Path(tempfile.mkdtemp(prefix="r", dir="/tmp"))  # a short path: it holds Unix sockets
    made = Cluster(folder, env)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(folder, ignore_errors=True)
