"""What one can ask before a job: what it would do."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lookalike.access import Principal
from lookalike.access.policy import Scope
from lookalike.operations.jobs import Jobs
from lookalike.operations.submission import Submission
from lookalike.operations.turns import Turns
from lookalike.pipeline.work import Request

AT_A_TIME = 2  # of all customers: each is a process that takes a processor and memory
WAITING = 8  # of a customer, who has one at a time


@dataclass(frozen=True)
class Previews:
    """
    The verb.

    Attributes:
        look: Looks at the beginning of a request's input, see `pipeline.previewing.preview`, within a few seconds.
    """

    jobs: Jobs
    look: Callable[[Request], dict[str, Any]]
    turns: Turns = field(default_factory=lambda: Turns(each=1, waiting=WAITING, in_all=AT_A_TIME))

    async def preview(self, principal: Principal, asked: Submission) -> dict[str, Any]:
        """
        What a job of this submission would do, as the API shows it; nothing is stored.

        Raises:
            ValidationError, AccessDenied: as the submission itself would be refused.
            PreviewRefused: it cannot be said within the limits.
            StorageFailed: the bucket does not answer.
            RateLimited: too many previews of the customer's wait already.
        """
        self.jobs.policy.demand(principal, Scope.DATA_READ)
        request = await asyncio.to_thread(self.jobs.admissible, principal, asked)
        async with self.turns.turn(principal.customer_id):
            return await asyncio.to_thread(self.look, request)
