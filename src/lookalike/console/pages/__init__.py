"""The pages, a file each; `routers` are all of them."""

from collections.abc import Sequence

from fastapi import APIRouter

from lookalike import plugins

ROOM = "lookalike.console.pages"


def routers() -> Sequence[APIRouter]:
    """The routers of all pages."""
    return [plugins.part(ROOM, name).router for name in plugins.names(ROOM)]
