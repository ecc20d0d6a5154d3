"""What one can ask before a job: what it would do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lookalike.access import Principal
from lookalike.access.policy import Scope
from lookalike.operations.jobs import Jobs
from lookalike.operations.submission import Submission
from lookalike.pipeline.work import Request


@dataclass(frozen=True)
class Previews:
    """
    The verb.

    Attributes:
        look: Looks at the beginning of a request's input, see `pipeline.previewing.preview`, within a few seconds.
    """

    jobs: Jobs
    look: Callable[[Request], dict[str, Any]]

    def preview(self, principal: Principal, asked: Submission) -> dict[str, Any]:
        """
        What a job of this submission would do, as the API shows it; nothing is stored.

        Raises:
            ValidationError, AccessDenied: as the submission itself would be refused.
            PreviewRefused: it cannot be said within the limits.
            StorageFailed: the bucket does not answer.
        """
        self.jobs.policy.demand(principal, Scope.DATA_READ)
        return self.look(self.jobs.admissible(principal, asked))
