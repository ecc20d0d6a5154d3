"""Which paths in a bucket a customer may name."""

import re
from collections.abc import Callable, Iterator
from unicodedata import category

from lookalike.storage.patterns import BESIDE, is_several, matcher

PATH_MAX_CHARS = 1024
Endings = Callable[[str], tuple[str | None, str | None]]  # format and compression of a path, if they are known
OURS = ".lookalike"  # staged parts stand under it, in the output bucket

_DRIVE = re.compile(r"[A-Za-z]:")
_PREFIX_NAMES = re.compile(r"part-\d{5,}\.[^/]*|_manifest\.json|_report\.(html|json)")


def problem(path: str, *, may_be_prefix: bool, may_be_pattern: bool = False) -> str | None:
    """
    What is wrong with a path, None if nothing; the path is not quoted.

    Args:
        may_be_prefix: An ending ``/`` is meant: the path is a place for several objects.
        may_be_pattern: A ``*`` is meant: see `storage.patterns`.
    """
    return next(_problems(path, may_be_prefix, may_be_pattern), None)


def is_prefix(path: str) -> bool:
    """True for a place of several objects, False for one object."""
    return path.endswith("/")


def is_ours(path: str) -> bool:
    """True for what the service keeps for itself, in a bucket of a customer's."""
    return path.partition("/")[0].casefold() == OURS


def would_overwrite(output: str, path: str) -> bool:
    """
    True if a job that writes to `output` puts an object at `path` (same bucket): data, manifest or report.

    Where `path` stands for several objects: if its data would be one of them from then on.
    """
    if is_several(path):
        part = f"{output}part-00000{path.rpartition('*')[2].rpartition('/')[2]}"
        return matcher(path)(part if is_prefix(output) else output)
    if is_prefix(output):
        return path.startswith(output) and _PREFIX_NAMES.fullmatch(path.removeprefix(output)) is not None
    return path == output or (path.startswith(output) and path.removeprefix(output) in BESIDE)


def _problems(path: str, may_be_prefix: bool, may_be_pattern: bool) -> Iterator[str]:
    if not path:
        yield "must not be empty"
    if len(path) > PATH_MAX_CHARS:
        yield f"must have at most {PATH_MAX_CHARS} characters"
    if any(category(c) in ("Cc", "Cs") for c in path):
        yield "must not hold control characters"
    if path.startswith("/") or _DRIVE.match(path):
        yield "must be relative to the bucket"
    if "\\" in path:
        yield "must not hold a backslash; folders are separated by '/'"
    if path.endswith("/") and not may_be_prefix:
        yield "must name one object, so it cannot end in '/'"
    if "*" in path and not may_be_pattern:
        yield "must name one place, so it cannot hold '*'"
    segments = path.removesuffix("/").split("/")
    if any(segment in ("", ".", "..") for segment in segments):
        yield "must not hold empty, '.' or '..' segments"
    if is_ours(path):
        yield f"must not be under '{OURS}/', which the service keeps for itself"
