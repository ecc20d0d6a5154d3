"""
A real S3 server for tests: the gateway of a Ceph cluster of one monitor and one store in memory, on this machine only.

It checks signatures, ranges and uploads as those do that one pays for. Ready after some seconds.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from object_server import KEY_ID, SECRET, ObjectServer
from ports import free_port, wait_for

PROGRAMS = ("ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "ceph-authtool", "monmaptool", "ceph")
MEMORY_BYTES = 1024**3
READY_S = 120
CONFIG = """
[global]
fsid = {fsid}
mon host = {monitor}
mon initial members = a
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
keyring = {folder}/keyring
ms bind ipv6 = false
public network = 127.0.0.0/8
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pgp num = 4
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon max pg per osd = 1000
run dir = {folder}/run
log file = {folder}/log/$name.log
pid file = {folder}/run/$name.pid
admin socket = {folder}/run/$name.asok
crash dir = {folder}/run
osd objectstore = memstore
memstore device bytes = {memory}
setuser match path =
[mon.a]
mon data = {folder}/mon
[osd.0]
osd data = {folder}/osd
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{port}
rgw run sync thread = false
rgw enable quota threads = false
"""


class Gateway(ObjectServer):
    """Where it listens; keys are those of the other server for tests."""

    def new_bucket(self) -> str:
        """The name of a new, empty bucket; asked for with a signature, as all else is."""
        import boto3

        name = f"b-{uuid.uuid4().hex}"
        keys = {"aws_access_key_id": KEY_ID, "aws_secret_access_key": SECRET, "region_name": "us-east-1"}
        boto3.client("s3", endpoint_url=f"http://127.0.0.1:{self.port}", **keys).create_bucket(Bucket=name)
        return name


def is_there() -> bool:
    """Whether Ceph is installed."""
    return all(shutil.which(program) for program in PROGRAMS)


@contextmanager
def gateway() -> Iterator[Gateway]:
    """A running one; its folder is a short one, for names of sockets have 108 bytes at most."""
    folder = Path(tempfile.mkdtemp(prefix="ceph-"))
    for name in ("mon", "osd", "run", "log"):
        (folder / name).mkdir()
    port, fsid = free_port(), str(uuid.uuid4())
    monitor = f"[v2:127.0.0.1:{free_port()},v1:127.0.0.1:{free_port()}]"
    told = {"folder": folder, "fsid": fsid, "monitor": monitor, "memory": MEMORY_BYTES, "port": port}
    (folder / "ceph.conf").write_text(CONFIG.format(**told))
    try:
        _start(folder, fsid, monitor)
        wait_for(port, READY_S)
        yield Gateway(port)
    finally:
        _end(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path, fsid: str, monitor: str) -> None:
    keyring, config = f"{folder}/keyring", ["-c", f"{folder}/ceph.conf"]
    _do("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
    for name in ("client.admin", "client.rgw", "osd.0"):
        rights = [word for part in ("mon", "osd", "mgr") for word in ("--cap", part, "allow *")]
        _do("ceph-authtool", keyring, "--gen-key", "-n", name, *rights)
    _do("monmaptool", "--create", "--fsid", fsid, "--addv", "a", monitor, f"{folder}/monmap")
    _do("ceph-mon", "--mkfs", "-i", "a", "--monmap", f"{folder}/monmap", "--keyring", keyring, *config)
    _do("ceph-mon", "-i", "a", *config)
    store = str(uuid.uuid4())
    _do("ceph", *config, "osd", "new", store, "0")
    _do("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", store, *config)
    _do("ceph-osd", "-i", "0", *config)
    _do("radosgw", "-n", "client.rgw", *config)
    user = ["--uid=tests", "--display-name=tests", f"--access-key={KEY_ID}", f"--secret-key={SECRET}"]
    _do("radosgw-admin", "-n", "client.rgw", *config, "user", "create", *user)


def _do(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=READY_S, check=False)
    assert not done.returncode, f"{command[0]}: {done.stderr}"


def _end(folder: Path) -> None:
    """At once, by the numbers that its daemons wrote down: asked kindly they take their time."""
    for file in (folder / "run").glob("*.pid"):
        with suppress(ValueError, ProcessLookupError):
            os.kill(int(file.read_text()), signal.SIGKILL)
