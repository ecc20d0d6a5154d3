"""The jobs: a page of them, filtered, that follows what happens."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from lookalike.access import Principal
from lookalike.console import Desk
from lookalike.console.live import Now, follow
from lookalike.console.paging import PER_PAGE, n_pages, number
from lookalike.console.rendering import PageRoute, fragment, page
from lookalike.console.session import At, Me, principal
from lookalike.jobs.states import JobStatus
from lookalike.operations.jobs import History

SEARCH_MAX_CHARS = 200

router = APIRouter(prefix="/console/jobs", route_class=PageRoute)


@router.get("", operation_id="consoleJobs")
def show(request: Request, given: At, me: Me) -> Response:
    """200 with the page."""
    asked = _asked(request)
    return page("jobs", me=me, here="jobs", **_values(given, me, asked))


@router.get("/live", operation_id="consoleJobsLive")
def live(request: Request, given: At, me: Me) -> StreamingResponse:
    """The table, whenever it has changed."""
    asked = _asked(request)

    def look() -> Now:
        return Now(fragment("jobs_table", **_values(given, principal(request), asked)))

    return follow(look, given.closing)


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
    return {
        **asked,
        "statuses": list(JobStatus),
        "jobs": found["jobs"],
        "total": found["total"],
        "n_pages": n_pages(found["total"]),
    }
