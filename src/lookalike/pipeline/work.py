"""`Work` walks the pipeline: the request and the names of the artefacts made so far. It is the checkpoint too."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

STAGES = ("ingest", "profile", "fit", "generate", "evaluate", "publish")


@dataclass(frozen=True)
class Request:
    """
    What a customer asked for, checked and canonical.

    Attributes:
        data_type: ``tabular``, ``time_series`` or ``text``.
        n_rows: Exactly so many records.
        input_format, output_format: Names of parts of `formats`.
        parameters: As the parameters model dumps them, `seed` always set.
    """

    data_type: str
    n_rows: int
    input_format: str
    output_format: str
    input_bucket: str
    input_path: str
    output_bucket: str
    output_path: str
    project_id: str
    parameters: Mapping[str, Any]

    @property
    def seed(self) -> int:
        return int(self.parameters["seed"])

    @property
    def endpoint(self) -> str | None:
        """The server that writes the texts; None if none is named."""
        told = self.parameters.get("endpoint")
        return None if told is None else str(told["name"])

    @property
    def conditions(self) -> tuple[str, str] | None:
        """Bucket and path of the table of conditions; None if none is named."""
        told = self.parameters.get("conditions")
        named = isinstance(told, Mapping) and set(told) == {"bucket", "path"}
        return (told["bucket"], told["path"]) if named and told is not None else None


@dataclass(frozen=True)
class Work:
    """
    A job on its way.

    Attributes:
        version: The version of Lookalike that wrote this; another one starts the job again from `ingest`.
        done: Stages that ended, in order.
        facts: What later stages, the manifest and the status need: counts, ETag, digests. JSON.
    """

    job_id: str
    version: str
    request: Request
    done: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def after(self, stage: str, **facts: Any) -> Self:
        """The work once a stage has ended and told its facts."""
        return replace(self, done=(*self.done, stage), facts={**self.facts, **facts})

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "request": vars(self.request), "done": list(self.done), "facts": dict(self.facts)}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Work":
        return Work(
            job_id=value["job_id"],
            version=value["version"],
            request=Request(**value["request"]),
            done=tuple(value["done"]),
            facts=value["facts"],
        )
