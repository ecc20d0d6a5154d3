"""The application: routes found by listing, our own document instead of a generated one, one shape of error."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from lookalike import plugins
from lookalike.api.envelope import Envelope
from lookalike.api.errors import refused, unroutable
from lookalike.api.services import Services
from lookalike.errors import LookalikeError
from lookalike.version import VERSION

ROUTES = "lookalike.api.routes"


def create_app(services: Services, pages: Sequence[APIRouter] = ()) -> FastAPI:
    """
    The ASGI application over `services`.

    Args:
        pages: Routers for people beside those for programs: the console's.
    """
    app = FastAPI(
        title="Lookalike", version=VERSION, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    app.state.services = services
    app.add_middleware(
        Envelope,
        body_max_bytes=services.body_max_bytes,
        draw=services.draw,
        clock=services.clock,
        observer=services.observer,
    )
    app.add_exception_handler(LookalikeError, refused)
    app.add_exception_handler(HTTPException, unroutable)
    app.add_exception_handler(RequestValidationError, unroutable)
    found = [plugins.part(ROUTES, name).router for name in plugins.names(ROUTES)]
    for router in (*found, *pages):
        app.router.routes.extend(router.routes)  # flat, so that a refused verb can be told which there are
    return app
