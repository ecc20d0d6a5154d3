"""Everything of one customer erased from a service's own records: the customer's outputs in the buckets stay."""

from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass

from lookalike.errors import ActionRefused, NotErased
from lookalike.jobs import Query
from lookalike.jobs.janitor import Janitor
from lookalike.jobs.job import Job
from lookalike.jobs.states import ENDED
from lookalike.settings import Settings
from lookalike.wiring.parts import Parts, alive_s, open_parts
from lookalike.wiring.worker import tidier

PATIENCE_S = 120.0  # for attempts under way to die, and for what they left behind to be deleted
ROUND_S = 0.5
PAGE = 100


@dataclass(frozen=True)
class Erased:
    """How many of each there were."""

    jobs: int
    webhooks: int


def erase(settings: Settings, environ: Mapping[str, str], customer_id: str) -> Erased:
    """
    Delete a customer's webhooks and all jobs with what is kept of them, those under way cancelled; services may run on.

    Raises:
        NotErased: some jobs do not end, or are being published; or the database's file is in use all the while.
        SettingsError: the database or a bucket cannot be used.
    """
    with closing(open_parts(settings, environ)) as parts:
        hooks = parts.webhook_store.list(customer_id, None)
        for webhook in hooks:
            parts.webhook_store.delete(webhook.webhook_id, None)
        job_ids = _jobs_gone(parts, customer_id)
        if not parts.erase_rest(customer_id):
            raise NotErased("All is deleted, but others who use the database keep its journal from letting go of it.")
        return Erased(len(job_ids), len(hooks))


def _jobs_gone(parts: Parts, customer_id: str) -> set[str]:
    """Their ids, once there are none left; another worker may do some of the work."""
    janitor = Janitor(parts.store, parts.clock, tidier(parts), parts.forget, patience_s=alive_s(parts.settings))
    end, gone = parts.clock.monotonic() + PATIENCE_S, set[str]()
    while left := list(_all(parts, customer_id)):
        if parts.clock.monotonic() > end:
            raise NotErased(f"{len(left)} of the customer's jobs are not over yet.")
        for job in left:
            gone.add(job.job_id)
            with suppress(ActionRefused):  # it is being published, and ends soon; or it ended just now
                (parts.store.dismiss if job.status in ENDED else parts.store.cancel)(job.job_id, None)
        janitor.sweep()
        parts.clock.sleep(ROUND_S)
    return gone


def _all(parts: Parts, customer_id: str) -> Iterator[Job]:
    offset = 0
    while page := parts.store.find(Query(customer_id, limit=PAGE, offset=offset))[0]:
        yield from page
        offset += PAGE
