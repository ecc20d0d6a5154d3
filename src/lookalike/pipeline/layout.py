"""Where a job's output goes, and what its pieces are called."""

from dataclasses import dataclass
from itertools import count

STAGING = ".lookalike"
SERVICE_MARK = "service-id"  # of the work bucket: which service's it is
MODEL, MANIFEST = "model.lookalike", "manifest.json"  # among what is kept of an ended job
REPORTS = ("report.html", "report.json")


@dataclass(frozen=True)
class Part:
    """One object of the output: rows ``start … start + n_rows - 1``, staged first, then put in its place."""

    index: int
    path: str
    staged: str
    start: int
    n_rows: int


@dataclass(frozen=True)
class Layout:
    """
    Names for an output path: ending in ``/`` it is a prefix of numbered parts, else a single object.

    Attributes:
        suffix: What part names end in under a prefix, e.g. ``.csv``.
    """

    job_id: str
    path: str
    suffix: str

    @property
    def staging(self) -> str:
        """Prefix under which this job's parts wait to be published."""
        return f"{STAGING}/{self.job_id}"

    @property
    def manifest(self) -> str:
        return f"{self.path}_manifest.json" if self._many else f"{self.path}.manifest.json"

    def report(self, kind: str) -> str:
        """Place of the report, `kind` being ``html`` or ``json``."""
        return f"{self.path}_report.{kind}" if self._many else f"{self.path}.report.{kind}"

    def parts(self, n_rows: int, part_rows: int) -> list[Part]:
        """The parts that hold `n_rows` rows, in order."""
        if not self._many:
            return [self._part(0, 0, n_rows)]
        starts = zip(count(), range(0, n_rows, part_rows), strict=False)
        return [self._part(index, start, min(part_rows, n_rows - start)) for index, start in starts]

    @property
    def _many(self) -> bool:
        return self.path.endswith("/")

    def _part(self, index: int, start: int, n_rows: int) -> Part:
        name = f"part-{index:05d}{self.suffix}"
        return Part(index, f"{self.path}{name}" if self._many else self.path, f"{self.staging}/{name}", start, n_rows)
