"""What one can download of an ended job: reports, manifest, model, and the parts of its output."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, BinaryIO, Protocol, cast

from lookalike.access import Principal
from lookalike.access.policy import Policy, Scope
from lookalike.errors import ArtefactNotFound, ObjectMissing
from lookalike.jobs.job import Job
from lookalike.jobs.states import ENDED, JobStatus
from lookalike.operations.jobs import Jobs
from lookalike.operations.paths import Endings
from lookalike.pipeline.layout import MANIFEST, MODEL, REPORTS, Layout
from lookalike.storage import Bucket, Buckets

MANIFEST_MAX_BYTES = 32 << 20  # of some 100,000 parts; the manifest itself lists more
_MEDIA_TYPES = {
    "arrow": "application/vnd.apache.arrow.file",
    "csv": "text/csv; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
    "txt": "text/plain; charset=utf-8",
}
_ANY = "application/octet-stream"


class Shelf(Protocol):
    """What is kept of one job; StorageFailed: what was kept is damaged, or its bucket away."""

    def size_bytes(self, name: str) -> int | None:
        """Bytes of an artefact; None if there is none."""

    def read(self, name: str) -> bytes:
        """All bytes of one that is not the model."""

    def open_model(self) -> AbstractContextManager[BinaryIO]:
        """A seekable stream over the model."""


@dataclass(frozen=True)
class Artefact:
    """
    One thing to download.

    Attributes:
        etag: Opaque, another one for other bytes.
        open: A seekable stream over its bytes; ObjectMissing if it has gone meanwhile.
        rows, sha256: Of a part.
    """

    name: str
    size_bytes: int
    etag: str
    open: Callable[[], AbstractContextManager[BinaryIO]]
    rows: int | None = None
    sha256: str | None = None

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES.get(self.name.rpartition(".")[2], _ANY)

    def to_json(self) -> dict[str, Any]:
        told = ("name", "size_bytes", "media_type", "rows", "sha256")
        return {name: getattr(self, name) for name in told}


@dataclass(frozen=True)
class Artefacts:
    """
    The verbs.

    Attributes:
        buckets: Where parts lie.
        shelf: What is kept of a job, by its id.
        endings: Format and compression by the endings of a path.
    """

    jobs: Jobs
    policy: Policy
    buckets: Buckets
    shelf: Callable[[str], Shelf]
    endings: Endings

    def list(self, principal: Principal, job_id: str) -> dict[str, Any]:
        """
        The artefacts of a job: none before it has ended, no parts once its output is gone or another's.

        Raises:
            JobNotFound, AccessDenied.
        """
        return {"artefacts": [found.to_json() for found in self._all(self._own(principal, job_id))]}

    def get(self, principal: Principal, job_id: str, name: str) -> Artefact:
        """
        The artefact of that name.

        Raises:
            JobNotFound, AccessDenied; ArtefactNotFound: there is none of that name.
        """
        job = self._own(principal, job_id)
        for found in self._all(job):
            if found.name == name:
                if found.sha256 is not None:  # a part lies in the customer's bucket
                    self.policy.demand_bucket(principal, _output(job)[0], "read")
                return found
        if job.status not in ENDED:
            raise ArtefactNotFound("The job has no such artefact yet.", hint="Wait until the job has ended.")
        raise ArtefactNotFound("The job has no such artefact.")

    def _own(self, principal: Principal, job_id: str) -> Job:
        self.policy.demand(principal, Scope.DATA_READ)
        return self.jobs.own(principal, job_id)

    def _all(self, job: Job) -> Iterator[Artefact]:
        if job.status not in (JobStatus.COMPLETED, JobStatus.FAILED):
            return
        yield from self._kept(job, REPORTS)
        if job.status is JobStatus.COMPLETED:
            yield from self._kept(job, (MANIFEST, MODEL))
            yield from self._parts(job)

    def _kept(self, job: Job, names: tuple[str, ...]) -> Iterator[Artefact]:
        """Those of the work bucket: what is kept there of an ended job does not change."""
        shelf = self.shelf(job.job_id)
        for name in names:
            if (size_bytes := shelf.size_bytes(name)) is not None:
                etag = sha256(f"{job.job_id}/{name}/{size_bytes}".encode()).hexdigest()[:32]
                yield Artefact(name, size_bytes, etag, partial(_opened, shelf, name))

    def _parts(self, job: Job) -> Iterator[Artefact]:
        """Those of the output, as our own manifest tells: the one beside them might be anybody's."""
        shelf, (bucket_name, path) = self.shelf(job.job_id), _output(job)
        if (shelf.size_bytes(MANIFEST) or MANIFEST_MAX_BYTES) >= MANIFEST_MAX_BYTES:
            return
        bucket = self.buckets[bucket_name]
        if not _is_there(bucket, Layout(job.job_id, path, "").manifest, job.job_id):
            return
        for number, part in enumerate(json.loads(shelf.read(MANIFEST))["parts"]):
            endings = (job.configuration["output_format"], self.endings(part["path"])[1])
            name = ".".join([f"part-{number:05d}", *filter(None, endings)])
            opened = partial(bucket.open, part["path"])
            yield Artefact(name, part["size_bytes"], part["sha256"][:32], opened, part["rows"], part["sha256"])


def _output(job: Job) -> tuple[str, str]:
    location = job.configuration["output_location"]
    return location["bucket"], location["path"]


def _is_there(bucket: Bucket, manifest: str, job_id: str) -> bool:
    """Whether what stands at the output path is this job's, and not gone or another's."""
    try:
        if bucket.head(manifest).size_bytes > MANIFEST_MAX_BYTES:
            return False
        told = json.loads(bucket.read(manifest))
    except (ObjectMissing, ValueError):
        return False
    return isinstance(told, dict) and told.get("job_id") == job_id


@contextmanager
def _opened(shelf: Shelf, name: str) -> Iterator[BinaryIO]:
    if name == MODEL:
        with shelf.open_model() as stream:
            yield stream
    else:
        yield cast(BinaryIO, io.BytesIO(shelf.read(name)))
