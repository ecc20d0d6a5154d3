"""Paths that stand for several objects: a place, which ends in ``/``, or a pattern with ``*``."""

import fnmatch
import re
from collections.abc import Callable, Sequence

from lookalike.storage import Bucket, ObjectInfo

ANY = "**"
HIDDEN = (".", "_")  # before names that are no data, as Hive has it; our manifests and reports are among them
BESIDE = (".manifest.json", ".report.html", ".report.json")  # what stands beside one object of output

Names = Callable[[str], bool]


def is_several(path: str) -> bool:
    """Whether a path stands for several objects."""
    return path.endswith("/") or "*" in path


def root(path: str) -> str:
    """The place under which all that a path stands for lies; empty for the whole bucket."""
    return path.partition("*")[0].rpartition("/")[0]


def find(bucket: Bucket, path: str) -> Sequence[ObjectInfo]:
    """
    The objects that a path stands for, by path: ``*`` is any part of a name, ``**`` any names, all below ``place/``.

    Names that begin with an underscore are only meant where the pattern's name begins so too, those that begin with a
    dot only where it is spelled out: no star leads to what is being staged.
    """
    meant = matcher(path)
    return [info for info in bucket.objects(root(path)) if meant(info.path)]


def matcher(path: str) -> Callable[[str], bool]:
    """What says whether a path is one of those that `path` stands for."""
    names = [None if name == ANY else _names(name) for name in (path + ANY if path.endswith("/") else path).split("/")]
    return lambda other: not other.endswith(BESIDE) and _matches(names, other.split("/"))


def _matches(pattern: Sequence[Names | None], names: Sequence[str]) -> bool:
    """Whether names follow a pattern; `places` are those up to which it can have been followed."""
    places = _onward(pattern, {0})
    for name in names:
        stay = {place for place in places if place < len(pattern) and pattern[place] is None and _is_shown(name)}
        step = {place + 1 for place in places if place < len(pattern) and (of := pattern[place]) and of(name)}
        places = _onward(pattern, stay | step)
    return len(pattern) in places


def _onward(pattern: Sequence[Names | None], places: set[int]) -> set[int]:
    """With those that are reached by taking no name for ``**``."""
    for place, of in enumerate(pattern):
        if place in places and of is None:
            places = places | {place + 1}
    return places


def _names(pattern: str) -> Names:
    """Which names a pattern without ``/`` means; all but ``*`` stands for itself."""
    meant = re.compile(fnmatch.translate(pattern.replace("[", "[[]").replace("?", "[?]")))
    hidden = "." if pattern.startswith("_") else HIDDEN
    return lambda name: name == pattern or (meant.match(name) is not None and not name.startswith(hidden))


def _is_shown(name: str) -> bool:
    return not name.startswith(HIDDEN)
