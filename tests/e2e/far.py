"""A service whose buckets are beyond this machine, each on a line of its own that can be disturbed."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import psutil
from service import Service, serving

from lookalike import samples
from lookalike.errors import ObjectMissing
from lookalike.storage import Bucket
from object_server import SECRET, ObjectServer, options
from proxy import Proxy

PLACES = ("in", "out", "work")
PATIENCE = {"connect_timeout": "1s", "read_timeout": "1s", "retry_timeout": "5s"}
GIVEN_UP_S = 5 + 2 * 1 + 5  # the retries, what the last of them may take, the job's own time on a busy machine


@dataclass(frozen=True)
class Far:
    """The service; the line to each place, and what is there."""

    service: Service
    lines: dict[str, Proxy]
    buckets: dict[str, Bucket]

    def digest(self, path: str) -> str:
        return sha256(self.buckets["out"].read(path)).hexdigest()

    def exists(self, path: str) -> bool:
        """Whether that object stands in the output bucket."""
        try:
            self.buckets["out"].head(path)
        except ObjectMissing:
            return False
        return True

    def paths(self, place: str) -> list[str]:
        return [info.path for info in self.buckets[place].objects("jobs" if place == "work" else ".lookalike")]

    def lift(self) -> None:
        for line in self.lines.values():
            line.lift()

    def log(self) -> str:
        return (self.service.home.parent / f"{self.service.home.name}.log").read_text("utf-8")


@contextmanager
def far(home: Path, objects: ObjectServer) -> Iterator[Far]:
    """Such a service; its bucket `in` holds the sample."""
    names = {place: objects.new_bucket() for place in PLACES}
    buckets = {place: objects.bucket(name) for place, name in names.items()}
    buckets["in"].write("adult.csv", samples.path("adult.csv").read_bytes())
    home.mkdir()
    (home / "s3.key").write_text(SECRET)
    with ExitStack() as stack:
        lines = {place: stack.enter_context(Proxy(objects.port)) for place in PLACES}
        (home / "lookalike.toml").write_text("\n".join(_settings(names, lines)))
        service = stack.enter_context(serving(home, JOBS__BEAT_S="0.2"))
        yield Far(service, lines, buckets)


def _settings(names: dict[str, str], lines: dict[str, Proxy]) -> Iterator[str]:
    yield '[secrets]\nS3_KEY = { file = "s3.key" }'
    for place in PLACES:
        yield "[work_bucket]" if place == "work" else f"[buckets.{place}]"
        yield f'url = "s3://{names[place]}"'
        told = options(lines[place].port, **PATIENCE)
        del told["secret_access_key"]
        texts = [f'{key} = "{value}"' for key, value in told.items()]
        yield f'options = {{ {", ".join(texts)}, secret_access_key = {{ secret = "S3_KEY" }} }}'


def lives(process: psutil.Process) -> bool:
    """Whether it has not ended, be it buried or not."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def wait(until, patience_s: float = 30) -> None:
    """Until it holds."""
    deadline = time.monotonic() + patience_s
    while not until():
        assert time.monotonic() < deadline
        time.sleep(0.05)
