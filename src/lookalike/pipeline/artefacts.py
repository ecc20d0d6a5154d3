"""
What a job makes on its way, under names computed from job, stage and partition: twice made is the same object.

Behind its bytes stands the SHA-256 of bytes and name: what was damaged or exchanged meanwhile is refused, never taken
for data. Only a model, which others read too, is kept as it is: it has a digest of its own within.
"""

import io
import json
from contextlib import AbstractContextManager
from hashlib import sha256
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import polars as pl

from lookalike.errors import ObjectMissing, StorageFailed
from lookalike.pipeline.digesting import Digesting
from lookalike.pipeline.layout import MANIFEST, MODEL, REPORTS
from lookalike.storage import Bucket

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

PLAN, CONDITIONS, TOLD = "plan", "conditions.arrow", "told.json"
SURVEY = "survey"  # only of an input with more rows than are looked at
KEPT = (MODEL, TOLD, *REPORTS, MANIFEST)  # until the job expires; all else is litter
_SEAL_BYTES = 32


def group_name(group: int) -> str:
    """Artefact of one fitted group of columns."""
    return f"group-{group:05d}"


def kept_name(group: int) -> str:
    """Artefact of how far the fitting of a group came."""
    return f"kept-{group:05d}"


def asked_name(block: int, column: str) -> str:
    """Artefact of what a language model wrote of a column of a block."""
    return f"asked-{block:07d}-{sha256(column.encode()).hexdigest()[:16]}"


def block_name(block: int) -> str:
    """Artefact of one block of drawn rows."""
    return f"block-{block:07d}.arrow"


def keys_name(of: str, number: int) -> str:
    """Artefact of what the rows of a ``block`` or ``part`` are told apart by."""
    return f"keys-{of}-{number:07d}.arrow"


class Artefacts:
    """
    The artefacts of one job in the work bucket.

    Raises:
        StorageFailed: from whatever reads one that is not as it was written.
    """

    def __init__(self, bucket: Bucket, job_id: str) -> None:
        self._bucket = bucket
        self._prefix = self.folder(job_id)

    @staticmethod
    def folder(job_id: str) -> str:
        """Prefix of all artefacts of a job."""
        return f"jobs/{job_id}"

    def path(self, name: str) -> str:
        return f"{self._prefix}/{name}"

    def exists(self, name: str) -> bool:
        return self.size_bytes(name) is not None

    def size_bytes(self, name: str) -> int | None:
        """How many bytes it has; None if there is none."""
        try:
            kept = self._bucket.head(self.path(name)).size_bytes
        except ObjectMissing:
            return None
        return kept if name == MODEL else kept - _SEAL_BYTES

    def open_model(self) -> AbstractContextManager[BinaryIO]:
        """A seekable stream over the model."""
        return self._bucket.open(self.path(MODEL))

    def read(self, name: str) -> bytes:
        kept = self._bucket.read(self.path(name))
        if name == MODEL:
            return kept
        value, seal = kept[:-_SEAL_BYTES], kept[-_SEAL_BYTES:]
        if self._seal(name, sha256(value)) != seal:
            raise StorageFailed(
                f"The job's checkpoint '{name}' is damaged.", hint="Check the work bucket, then submit again."
            )
        return value

    def write(self, name: str, value: bytes) -> None:
        self._bucket.write(self.path(name), value if name == MODEL else value + self._seal(name, sha256(value)))

    def read_json(self, name: str) -> Any:
        return json.loads(self.read(name))

    def write_json(self, name: str, value: Any) -> None:
        self.write(name, json.dumps(value, ensure_ascii=False, sort_keys=True).encode())

    def read_frame(self, name: str) -> pl.DataFrame:
        return pl.read_ipc(io.BytesIO(self.read(name)))

    def write_frame(self, name: str, frame: pl.DataFrame) -> None:
        with self._bucket.writer(self.path(name)) as sink:
            digesting = Digesting(sink)
            frame.write_ipc(cast(BinaryIO, digesting), compression="lz4")  # a sixth: less to digest, and for the disk
            sink.write(self._seal(name, digesting.sha256))

    def _seal(self, name: str, content: "Hash") -> bytes:
        """What stands behind an artefact of that content; that of another job or name has another."""
        content.update(self.path(name).encode())
        return content.digest()

    def clear(self, *, keep: tuple[str, ...] = ()) -> None:
        """Delete all artefacts but those named."""
        kept = {self.path(name) for name in keep}
        for info in self._bucket.objects(self._prefix):
            if info.path not in kept:
                self._bucket.delete(info.path)


class KeptArtefact:
    """How far a piece of work came, as an artefact; see `engines.Kept`."""

    def __init__(self, artefacts: Artefacts, name: str) -> None:
        self._artefacts = artefacts
        self._name = name

    def load(self) -> bytes | None:
        return self._artefacts.read(self._name) if self._artefacts.exists(self._name) else None

    def save(self, value: bytes) -> None:
        self._artefacts.write(self._name, value)
