"""A new job: find a sample, see what it is taken for, say what is wanted, submit."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from lookalike.access import Principal
from lookalike.console import Desk, asking, fields
from lookalike.console.rendering import PageRoute, form, go, page
from lookalike.console.session import HOME, At, Me, RequestId
from lookalike.errors import AccessDenied
from lookalike.operations.buckets import Listing

OBJECTS_SHOWN = 100

router = APIRouter(prefix="/console/new", route_class=PageRoute)


@router.get("", operation_id="consoleNewJob")
def show(request: Request, given: At, me: Me) -> Response:
    """200 with the page: empty, or filled as another job was."""
    told, parameters = dict(asking.EMPTY), dict[str, str]()
    if job_id := request.query_params.get("from"):
        told, parameters = asking.of_job(given.jobs.show(me, job_id)["configuration"])
    if model := request.query_params.get("model"):
        told, parameters = asking.of_job(given.jobs.show(me, model)["configuration"])
        parameters = {"model_from_job": model}
    told |= {name: request.query_params[name] for name in told if name in request.query_params}
    values: dict[str, Any] = {"told": told, "parameters": parameters, "formats": asking.FORMATS}
    shown = {kind: fields.fields(kind) for kind in asking.DATA_TYPES}
    return page("new", me=me, here="new", fields=shown, first=fields.FIRST, buckets=_buckets(given, me), **values)


@router.get("/objects", operation_id="consoleObjects")
def objects(request: Request, given: At, me: Me) -> Response:
    """200 with what lies in a folder of a bucket."""
    told = request.query_params
    bucket, prefix = told.get("input_bucket", ""), told.get("prefix", "")
    after = told.get("after", "")
    listed = given.buckets.objects(me, bucket, Listing(prefix, flat=False, after=after, limit=OBJECTS_SHOWN))
    above = prefix.rstrip("/").rpartition("/")[0]
    return page("new_objects", bucket=bucket, prefix=prefix, above=above, first=not after, **listed)


@router.post("/preview", operation_id="consolePreview")
async def preview(request: Request, given: At, me: Me) -> Response:
    """200 with what the job would do."""
    asked = asking.submission(await form(request))
    found = await given.previews.preview(me, asked)
    return page("new_preview", told=found, asked=asked)


@router.post("/lines", operation_id="consoleRequestLines")
async def lines(request: Request, given: At, me: Me) -> Response:
    """200 with the same request for a shell and for Python."""
    asked, url = asking.submission(await form(request)), f"{request.url.scheme}://{request.url.netloc}"
    return page("new_lines", curl=asking.curl(asked, url), python=asking.python(asked, url))


@router.post("", operation_id="consoleSubmit")
async def submit(request: Request, given: At, me: Me, request_id: RequestId) -> Response:
    """To the page of the new job."""
    asked = asking.submission(await form(request))
    stored = await run_in_threadpool(given.jobs.submit, me, asked, None, {"request_id": request_id})
    return go(request, f"{HOME}/{stored.job_id}")


def _buckets(given: Desk, me: Principal) -> list[dict[str, Any]]:
    try:
        found: list[dict[str, Any]] = given.buckets.list(me)["buckets"]
    except AccessDenied:  # a token that may submit jobs but see no rows: names have to be typed
        return []
    return found
