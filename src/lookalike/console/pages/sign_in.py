"""Signing in: with a token, by a link that is good once, or at an issuer."""

import json
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from lookalike.access.authorization import Begun
from lookalike.console.rendering import PageRoute, form, page
from lookalike.console.session import HOME, SIGN_IN, At, demand_same_origin, safe_target, sign_in, sign_out
from lookalike.errors import NotFound, Unauthorized

BEGUN, BEGUN_S = "lookalike_sign_in", 600  # a cookie of a sign-in under way, and how long that may take

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
        return sign_in(RedirectResponse(safe_target(target), 303), token, request)
    except Unauthorized as error:
        return _page(request, given, problem=error.message, target=target)


@router.get("/console/link/{code}", operation_id="consoleSignInLink")
async def link(code: str, request: Request, given: At) -> Response:
    """303 to the jobs, signed in; the page if the link is not good, or not any more."""
    token = None if given.links is None else given.links.redeem(code)
    if token is None:
        return _page(request, given, problem="The link was used already, or is over. A new start prints another.")
    return sign_in(RedirectResponse(HOME, 303), token, request)


@router.get(f"{SIGN_IN}/start", operation_id="consoleSignInAtIssuer")
def start(request: Request, given: At) -> Response:
    """303 to the issuer."""
    if given.authorization is None:
        raise NotFound("People do not sign in at an issuer here.")
    url, begun = given.authorization.begin(_callback(request))
    kept = json.dumps({**vars(begun), "next": safe_target(request.query_params.get("next", ""))})
    response = RedirectResponse(url, 303)
    secure = request.url.scheme == "https"
    response.set_cookie(BEGUN, quote(kept), max_age=BEGUN_S, httponly=True, samesite="lax", secure=secure, path=SIGN_IN)
    return response


@router.get(f"{SIGN_IN}/callback", operation_id="consoleSignInCallback")
def callback(request: Request, given: At) -> Response:
    """303 to where one wanted to go, signed in by the issuer; the page to sign in if it did not."""
    if given.authorization is None:
        raise NotFound("People do not sign in at an issuer here.")
    try:
        kept = json.loads(unquote(request.cookies.get(BEGUN, "")))
        begun, target = Begun(kept["state"], kept["verifier"]), safe_target(kept["next"])
        token = given.authorization.finish(begun, dict(request.query_params), _callback(request))
        given.verifier.verify(token)
        response = sign_in(RedirectResponse(target, 303), token, request)
    except (ValueError, LookupError, TypeError, AttributeError):
        return _page(request, given, problem="The sign-in took too long, or was begun elsewhere. Try again.")
    except Unauthorized as error:
        return _page(request, given, problem=error.message)
    response.delete_cookie(BEGUN, path=SIGN_IN)
    return response


@router.post("/console/sign-out", operation_id="consoleSignOut")
async def leave(request: Request) -> Response:
    """303 to the page to sign in."""
    demand_same_origin(request)
    return sign_out(RedirectResponse(SIGN_IN, 303))


def _callback(request: Request) -> str:
    """Where the issuer sends people back to."""
    return f"{request.url.scheme}://{request.url.netloc}{SIGN_IN}/callback"


def _page(request: Request, given: At, *, problem: str = "", target: str | None = None) -> Response:
    wanted = request.query_params.get("next", "") if target is None else target
    ways = {"own": given.links is not None, "elsewhere": given.authorization is not None}
    return page("sign_in", code=401 if problem else 200, problem=problem, target=wanted, **ways)
