"""Who looks at a page: a cookie holds the bearer token, which is verified with each request as the API does."""

from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request
from fastapi.responses import Response

from lookalike.access import Principal
from lookalike.console import Desk
from lookalike.errors import AccessDenied, Unauthorized

COOKIE = "lookalike_session"
TOKEN_MAX_CHARS = 3_900  # browsers keep 4,096 bytes of a cookie, name and all (RFC 6265, 6.1)
HOME = "/console/jobs"
SIGN_IN = "/console/sign-in"


def desk(request: Request) -> Desk:
    """What the application was made with."""
    found: Desk = request.app.state.desk
    return found


def principal(request: Request) -> Principal:
    """
    Who is signed in.

    Raises:
        Unauthorized: nobody, or no more.
        RateLimited: too many requests of the customer.
        AccessDenied: a change that another site asks for.
    """
    if request.method not in ("GET", "HEAD"):
        demand_same_origin(request)
    token = request.cookies.get(COOKIE)
    if token is None:
        raise Unauthorized("Nobody is signed in.")
    found = desk(request).verifier.verify(token)
    request.scope["state"]["allowance"] = desk(request).rates.take(found.customer_id)
    return found


def demand_same_origin(request: Request) -> None:
    """
    Return if a change is asked for by a page of ours.

    Browsers say where a request comes from: ``Sec-Fetch-Site`` (Fetch Metadata), or ``Origin`` (RFC 6454).

    Raises:
        AccessDenied: it comes from elsewhere, or does not say.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    ours = site == "same-origin" if site is not None else origin is not None and _host(origin) == request.url.netloc
    if not ours:
        raise AccessDenied("The request does not come from a page of this service.", hint="Open the page anew.")


def sign_in(response: Response, token: str, request: Request) -> Response:
    """
    The answer that leaves a token with the browser; gone when that is closed, or when the token is over.

    Raises:
        Unauthorized: no browser keeps one that long.
    """
    if len(token) > TOKEN_MAX_CHARS:
        raise Unauthorized(f"The token has more than {TOKEN_MAX_CHARS:,} characters, which no browser keeps.")
    response.set_cookie(COOKIE, token, httponly=True, samesite="lax", secure=request.url.scheme == "https", path="/")
    return response


def sign_out(response: Response) -> Response:
    response.delete_cookie(COOKIE, path="/")
    return response


def request_id(request: Request) -> str:
    told: str = request.scope["state"]["request_id"]
    return told


def way_back(request: Request) -> str:
    """Where to sign in, and what to come back to then."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{SIGN_IN}?next={quote(asked, safe='')}" if request.method == "GET" and asked != HOME else SIGN_IN


def safe_target(target: str) -> str:
    """A place among our own pages; home if `target` is none."""
    parts = urlsplit(target)
    inside = target.startswith("/console/") and not parts.scheme and not parts.netloc and "\\" not in target
    return target if inside else HOME


def _host(origin: str) -> str:
    return urlsplit(origin).netloc


At = Annotated[Desk, Depends(desk)]
Me = Annotated[Principal, Depends(principal)]
RequestId = Annotated[str, Depends(request_id)]
