"""Pages from templates, and what becomes of an error on the way to one."""

import json
from collections.abc import Callable, Coroutine
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from jinja2 import Environment, PackageLoader, StrictUndefined

from lookalike.console import showing
from lookalike.console.session import way_back
from lookalike.errors import LookalikeError, Unauthorized, ValidationError
from lookalike.version import VERSION

FORM_MAX_FIELDS = 500
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_STATIC = files("lookalike.console").joinpath("static")


@cache
def environment() -> Environment:
    """The templates; nothing in them may be undefined, and all is escaped."""
    loader = PackageLoader("lookalike.console", "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters.update({name: getattr(showing, name) for name in showing.FILTERS})
    made.globals.update(version=VERSION, static=static_url)
    return made


@cache
def static(name: str) -> bytes | None:
    """The bytes of one of our files; None if there is none of that name."""
    file = _STATIC.joinpath(name)
    return file.read_bytes() if "/" not in name and "\\" not in name and file.is_file() else None


@cache
def static_url(name: str) -> str:
    """Where a file is, under a name that changes with its bytes: so it may be kept for good."""
    return f"/console/static/{name}?{sha256(static(name) or b'').hexdigest()[:12]}"


def fragment(template: str, **values: Any) -> str:
    """A piece of a page."""
    return environment().get_template(f"{template}.html.j2").render(**values)


def page(template: str, *, code: int = 200, **values: Any) -> HTMLResponse:
    """A page, or a piece of one for htmx."""
    return HTMLResponse(fragment(template, **values), code, headers={"Content-Security-Policy": POLICY})


async def form(request: Request) -> dict[str, list[str]]:
    """
    The fields of a form, each with all its values.

    Raises:
        ValidationError: it is no form, or has too many fields.
    """
    try:
        body = (await request.body()).decode()
        return parse_qs(body, keep_blank_values=True, max_num_fields=FORM_MAX_FIELDS, errors="strict")
    except ValueError:
        raise ValidationError("The form cannot be read.", hint="Open the page anew.") from None


def go(request: Request, target: str) -> Response:
    """The answer that leads to another page."""
    if "hx-request" in request.headers:
        return Response(status_code=204, headers={"HX-Redirect": target})
    return RedirectResponse(target, 303)


class PageRoute(APIRoute):
    """A route for people: errors are pages, or pieces of one."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except Unauthorized:
                return go(request, way_back(request))
            except LookalikeError as error:
                if error.status >= 500:
                    raise
                return refused(request, error)

        return handled


def refused(request: Request, error: LookalikeError) -> Response:
    """An error as a page, or as a piece of one that is put where the page wants its problems."""
    told: dict[str, Any] = {"message": error.message, "hint": error.hint, "fields": getattr(error, "fields", ())}
    if "hx-request" in request.headers:
        response = page("problem", **told)
        response.headers.update({"HX-Retarget": "#problems", "HX-Reswap": "innerHTML"})
        return response
    return page("error", code=error.status, title="That did not work", me=None, here="", **told)


def as_json(value: Any) -> str:
    """JSON to be read by people."""
    return json.dumps(value, indent=2, ensure_ascii=False)
