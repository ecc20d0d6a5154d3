"""``/api/v2/jobs/{job_id}/artefacts``: what an ended job left, to be downloaded."""

from collections.abc import Iterator
from contextlib import ExitStack

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from lookalike.api.ranges import Span, asked_span, chunks, is_known, told
from lookalike.api.services import Asking, Given
from lookalike.operations.artefacts import Artefact

router = APIRouter(prefix="/api/v2/jobs/{job_id}/artefacts")


@router.get("", operation_id="listArtefactsV2")
def list_artefacts(job_id: str, given: Given, asking: Asking) -> JSONResponse:
    """200 with the artefacts."""
    return JSONResponse(given.artefacts.list(asking, job_id))


@router.get("/{name}", operation_id="getArtefactV2")
def get(job_id: str, name: str, request: Request, given: Given, asking: Asking) -> Response:
    """200 with the bytes, 206 with those of a range, 304 if the caller has them."""
    artefact = given.artefacts.get(asking, job_id, name)
    etag = f'"{artefact.etag}"'
    if is_known(request.headers, etag):
        return Response(status_code=304, headers={"ETag": etag})
    span = asked_span(request.headers, etag, artefact.size_bytes)
    body = _body(artefact, span)
    headers = {**told(artefact, etag, span), "Content-Type": artefact.media_type}
    return StreamingResponse(body, 200 if span.whole else 206, headers)


def _body(artefact: Artefact, span: Span) -> Iterator[bytes]:
    """The bytes; the stream over them is open when this returns, so that what is not there is an error yet."""
    stack = ExitStack()
    stream = stack.enter_context(artefact.open())

    def body() -> Iterator[bytes]:
        with stack:
            yield from chunks(stream, span)

    return body()
