"""One job: its stages as they go, what can be done with it, what it left."""

from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from lookalike.access import Principal
from lookalike.console import Desk
from lookalike.console.live import Now, follow
from lookalike.console.rendering import PageRoute, as_json, fragment, go, page
from lookalike.console.session import HOME, At, Me, RequestId, principal
from lookalike.errors import AccessDenied, NotFound, ValidationError
from lookalike.jobs.states import ENDED

EVENTS_SHOWN = 100
ACTIONS = ("cancel", "pause", "resume")
REPORT = "report.html"
# the report has its style inside; scripts in it would not run
_REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"

router = APIRouter(prefix="/console/jobs/{job_id}", route_class=PageRoute)


@router.get("", operation_id="consoleJob")
def show(job_id: str, given: At, me: Me) -> Response:
    """200 with the page."""
    values = {**_state(given, me, job_id), **_results(given, me, job_id)}
    return page("job", me=me, here="jobs", **values)


@router.get("/live", operation_id="consoleJobLive")
def live(job_id: str, request: Request, given: At, me: Me) -> StreamingResponse:
    """What changes of it, whenever it has changed, until it has ended."""
    given.jobs.show(me, job_id)

    def look() -> Now:
        state = _state(given, principal(request), job_id)
        return Now(fragment("job_state", **state), over=state["ended"])

    return follow(look, given.closing)


@router.get("/results", operation_id="consoleJobResults")
def results(job_id: str, given: At, me: Me) -> Response:
    """200 with what it left."""
    return page("job_results", **_state(given, me, job_id), **_results(given, me, job_id))


@router.post("/{action}", operation_id="consoleJobAction")
def act(job_id: str, action: str, request: Request, given: At, me: Me, request_id: RequestId) -> Response:
    """The job once that is done."""
    if action == "delete":
        given.jobs.delete(me, job_id, request_id)
        return go(request, HOME)
    if action not in ACTIONS:
        raise NotFound("Nothing of that name can be done with a job.")
    getattr(given.jobs, action)(me, job_id, request_id)
    return page("job_state", **_state(given, me, job_id))


@router.get("/report", operation_id="consoleJobReport")
def report(job_id: str, given: At, me: Me) -> Response:
    """200 with the report, to be shown inside the page."""
    with given.artefacts.get(me, job_id, REPORT).open() as stream:
        html = stream.read()
    return HTMLResponse(html, headers={"Content-Security-Policy": _REPORT_POLICY, "X-Frame-Options": "SAMEORIGIN"})


def _state(given: Desk, me: Principal, job_id: str) -> dict[str, Any]:
    job = given.jobs.show(me, job_id)
    return {"job": job, "ended": job["status"] in ENDED, "events": _events(given, me, job_id)}


def _events(given: Desk, me: Principal, job_id: str) -> list[dict[str, Any]]:
    return list(reversed(given.jobs.events(me, job_id, 0, EVENTS_SHOWN)["events"]))


def _results(given: Desk, me: Principal, job_id: str) -> dict[str, Any]:
    """What can be downloaded, for those who may; and what was asked for."""
    artefacts: list[dict[str, Any]] = []
    with suppress(AccessDenied, ValidationError):  # no right to see rows; a bucket that is there no more
        artefacts = given.artefacts.list(me, job_id)["artefacts"]
    asked = given.jobs.show(me, job_id)["configuration"]
    has_report = any(each["name"] == REPORT for each in artefacts)
    return {"artefacts": artefacts, "has_report": has_report, "configuration": as_json(asked)}
