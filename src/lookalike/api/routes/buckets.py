"""``/api/v2/buckets``: which there are, what lies in them, uploads."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from lookalike.access.policy import Scope
from lookalike.api.queries import listing
from lookalike.api.services import Asking, Given, RequestId
from lookalike.uploads import mapped

router = APIRouter(prefix="/api/v2/buckets")


@router.get("", operation_id="listBucketsV2")
def list_buckets(given: Given, asking: Asking) -> JSONResponse:
    """200 with the buckets."""
    return JSONResponse(given.buckets.list(asking))


@router.get("/{bucket}/objects", operation_id="listObjectsV2")
def list_objects(bucket: str, request: Request, given: Given, asking: Asking) -> JSONResponse:
    """200 with some objects."""
    given.buckets.policy.demand(asking, Scope.DATA_READ)  # before the query is judged
    return JSONResponse(given.buckets.objects(asking, bucket, listing(request)))


@router.put("/{bucket}/objects/{path:path}", operation_id="putObjectV2")
async def put(
    bucket: str, path: str, request: Request, given: Given, asking: Asking, request_id: RequestId
) -> JSONResponse:
    """201 once the object is there."""
    await run_in_threadpool(given.buckets.demand_place, asking, bucket, path)  # before the body is read
    async with mapped(request, asking.customer_id) as value:
        put = await run_in_threadpool(given.buckets.put, asking, bucket, path, value, request_id)
    return JSONResponse(put, 201)
