"""Parts are files: a part's file name is its public name, found by listing its room and loaded on use."""

import importlib
import importlib.util
import pkgutil
from types import ModuleType

from lookalike.errors import UsageError


def names(room: str) -> tuple[str, ...]:
    """
    Public names of the parts in a room, sorted.

    Args:
        room: Dotted package name, e.g. ``lookalike.formats``. Neither it nor a part is imported.

    Returns:
        File and folder names without those that begin with an underscore.
    """
    spec = importlib.util.find_spec(room)
    places = spec.submodule_search_locations if spec else None
    return tuple(sorted(m.name for m in pkgutil.iter_modules(places or []) if not m.name.startswith("_")))


def part(room: str, name: str) -> ModuleType:
    """
    The module of one part.

    Raises:
        UsageError: if the room has no part of that name; the message lists what there is.
    """
    if name not in names(room):
        kind = room.rpartition(".")[2]
        raise UsageError(f"There is no '{name}' in {kind}.", hint=f"Known: {', '.join(names(room))}.")
    return importlib.import_module(f"{room}.{name}")
