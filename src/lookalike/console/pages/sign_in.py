"""Signing in: with a token, or by a link that is good once."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from lookalike.console.rendering import PageRoute, form, page
from lookalike.console.session import HOME, SIGN_IN, At, demand_same_origin, safe_target, sign_in, sign_out
from lookalike.errors import Unauthorized

router = APIRouter(route_class=PageRoute)


@router.get(SIGN_IN, operation_id="consoleSignInPage")
async def show(request: Request, given: At) -> Response:
    """200 with the page."""
    return _page(request, given)


@router.post(SIGN_IN, operation_id="consoleSignIn")
async def enter(request: Request, given: At) -> Response:
    """303 to where one wanted to go, signed in; the page again if the token is not good."""
    demand_same_origin(request)
    told = await form(request)
    token, target = (told.get(name, [""])[0].strip() for name in ("token", "next"))
    try:
        given.verifier.verify(token)
    except Unauthorized as error:
        return _page(request, given, problem=error.message, target=target)
    return sign_in(RedirectResponse(safe_target(target), 303), token, request)


@router.get("/console/link/{code}", operation_id="consoleSignInLink")
async def link(code: str, request: Request, given: At) -> Response:
    """303 to the jobs, signed in; the page if the link is not good, or not any more."""
    token = None if given.links is None else given.links.redeem(code)
    if token is None:
        return _page(request, given, problem="The link was used already, or is over. A new start prints another.")
    return sign_in(RedirectResponse(HOME, 303), token, request)


@router.post("/console/sign-out", operation_id="consoleSignOut")
async def leave(request: Request) -> Response:
    """303 to the page to sign in."""
    demand_same_origin(request)
    return sign_out(RedirectResponse(SIGN_IN, 303))


def _page(request: Request, given: At, *, problem: str = "", target: str | None = None) -> Response:
    wanted = request.query_params.get("next", "") if target is None else target
    return page("sign_in", code=401 if problem else 200, problem=problem, target=wanted, own=given.links is not None)
