"""The jobs: a page of them, filtered, that follows what happens."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from lookalike.access import Principal
from lookalike.console import Desk
from lookalike.console.live import Now, follow
from lookalike.console.paging import PER_PAGE, number
from lookalike.console.rendering import PageRoute, fragment, page
from lookalike.console.session import At, Me
from lookalike.jobs.states import JobStatus
from lookalike.operations.jobs import History

SEARCH_MAX_CHARS = 200

router = APIRouter(prefix="/console/jobs", route_class=PageRoute)


@router.get("", operation_id="consoleJobs")
def show(request: Request, given: At, me: Me) -> Response:
    """200 with the page."""
    asked = _asked(request)
    return page("jobs", me=me, here="jobs", **_values(given, me, asked))


@router.get("/rows", operation_id="consoleJobRows")
def rows(request: Request, given: At, me: Me) -> Response:
    """200 with the table alone."""
    return page("jobs_table", **_values(given, me, _asked(request)))


@router.get("/live", operation_id="consoleJobsLive")
def live(request: Request, given: At, me: Me) -> StreamingResponse:
    """The table, whenever it has changed."""
    return follow(_look(given, me, _asked(request)), given.closing)


def _look(given: Desk, me: Principal, asked: dict[str, Any]) -> Callable[[], Now]:
    return lambda: Now(fragment("jobs_table", **_values(given, me, asked)))


def _asked(request: Request) -> dict[str, Any]:
    """Filters as the address has them; what means nothing is left out."""
    told = request.query_params
    return {
        "status": told.get("status", "") if told.get("status") in set(JobStatus) else "",
        "search": told.get("search", "").strip()[:SEARCH_MAX_CHARS],
        "number": number(request),
    }


def _values(given: Desk, me: Principal, asked: dict[str, Any]) -> dict[str, Any]:
    status = JobStatus(asked["status"]) if asked["status"] else None
    start = PER_PAGE * (asked["number"] - 1)
    found = given.jobs.history(me, History(status=status, search=asked["search"], limit=PER_PAGE, offset=start))
    n_pages = max(1, -(-found["total"] // PER_PAGE))
    return {**asked, "statuses": list(JobStatus), "jobs": found["jobs"], "total": found["total"], "n_pages": n_pages}
