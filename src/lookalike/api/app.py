"""The application: routes found by listing, our own document instead of a generated one, one shape of error."""

from collections.abc import Sequence

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from lookalike import plugins
from lookalike.api.envelope import Bodies, Envelope
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
        bodies=Bodies(services.body_max_bytes, services.upload_max_bytes),
        draw=services.draw,
        clock=services.clock,
        observer=services.observer,
    )
    app.add_exception_handler(LookalikeError, refused)
    app.add_exception_handler(HTTPException, unroutable)
    app.add_exception_handler(RequestValidationError, unroutable)
    found = [plugins.part(ROUTES, name).router for name in plugins.names(ROUTES)]
    routes = [route for router in (*found, *pages) for route in router.routes]
    app.router.routes.extend(_fenced(routes))  # flat, so that a refused verb can be told which there are
    return app


def _fenced(routes: Sequence[BaseRoute]) -> list[BaseRoute]:
    """The routes in such an order that ``/webhooks/register`` is never taken for a ``/webhooks/{webhook_id}``."""
    fixed = [route for route in routes if "{" not in _path(route)]
    fences = [Route(path, _Fence(route)) for path, route in {_path(route): route for route in fixed}.items()]
    return [*fixed, *fences, *(route for route in routes if "{" in _path(route))]


def _path(route: BaseRoute) -> str:
    return str(getattr(route, "path", ""))


class _Fence:
    """Refuses the verbs that a path does not have, in the name of the path's own `route`."""

    def __init__(self, route: BaseRoute) -> None:
        self.route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["route"] = self.route
        raise HTTPException(405)
