"""What a job makes on its way, under names computed from job, stage and partition: twice made is the same object."""

import io
import json
from typing import Any

import polars as pl

from lookalike.errors import ObjectMissing
from lookalike.storage import Bucket

MODEL, CONDITIONS = "model.lookalike", "conditions.arrow"
KEPT = (MODEL, "report.json", "report.html", "manifest.json")  # until the job expires; all else is litter


def group_name(group: int) -> str:
    """Artefact of one fitted group of columns."""
    return f"group-{group:05d}"


def block_name(block: int) -> str:
    """Artefact of one block of drawn rows."""
    return f"block-{block:07d}.arrow"


def keys_name(of: str, number: int) -> str:
    """Artefact of what the rows of a ``block`` or ``part`` are told apart by."""
    return f"keys-{of}-{number:07d}.arrow"


class Artefacts:
    """The artefacts of one job in the work bucket."""

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
        try:
            self._bucket.head(self.path(name))
        except ObjectMissing:
            return False
        return True

    def read(self, name: str) -> bytes:
        return self._bucket.read(self.path(name))

    def write(self, name: str, value: bytes) -> None:
        self._bucket.write(self.path(name), value)

    def read_json(self, name: str) -> Any:
        return json.loads(self.read(name))

    def write_json(self, name: str, value: Any) -> None:
        self.write(name, json.dumps(value, ensure_ascii=False, sort_keys=True).encode())

    def read_frame(self, name: str) -> pl.DataFrame:
        return pl.read_ipc(io.BytesIO(self.read(name)))

    def write_frame(self, name: str, frame: pl.DataFrame) -> None:
        with self._bucket.writer(self.path(name)) as stream:
            frame.write_ipc(stream)

    def clear(self, *, keep: tuple[str, ...] = ()) -> None:
        """Delete all artefacts but those named."""
        kept = {self.path(name) for name in keep}
        for info in self._bucket.objects(self._prefix):
            if info.path not in kept:
                self._bucket.delete(info.path)
