"""What a job left, handed to a browser."""

from collections.abc import Iterator
from contextlib import ExitStack

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from lookalike.console.rendering import PageRoute
from lookalike.console.session import At, Me

CHUNK_BYTES = 1 << 20

router = APIRouter(prefix="/console/jobs/{job_id}/files", route_class=PageRoute)


@router.get("/{name}", operation_id="consoleDownload")
def get(job_id: str, name: str, given: At, me: Me) -> Response:
    """200 with the bytes."""
    found = given.artefacts.get(me, job_id, name)
    stack = ExitStack()
    stream = stack.enter_context(found.open())

    def body() -> Iterator[bytes]:
        with stack:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk

    headers = {
        "Content-Type": found.media_type,
        "Content-Length": str(found.size_bytes),
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return StreamingResponse(body(), headers=headers)
