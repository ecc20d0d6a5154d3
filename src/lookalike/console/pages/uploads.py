"""Files dropped on a page, put in a bucket."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from lookalike.console.session import At, Me, RequestId
from lookalike.uploads import mapped

router = APIRouter()


@router.put("/console/uploads/{bucket}/{path:path}", operation_id="consoleUpload")
async def put(bucket: str, path: str, request: Request, given: At, me: Me, request_id: RequestId) -> Response:
    """201 once the object is there; errors are JSON, for the script that sends it."""
    await run_in_threadpool(given.buckets.demand_place, me, bucket, path)  # before the body is read
    async with mapped(request, me.customer_id) as value:
        return JSONResponse(await run_in_threadpool(given.buckets.put, me, bucket, path, value, request_id), 201)
