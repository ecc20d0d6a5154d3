"""Which paths an object may have."""

import re

from lookalike.errors import ValidationError

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
PATH_MAX = 1024  # what S3 allows for a key


def check(path: str) -> str:
    """
    The path, if an object may have it: relative, ``/``-separated, no empty, ``.`` or ``..`` segment, no control
    character.

    Raises:
        ValidationError: says what is wrong with it.
    """
    wrong = _fault(path)
    if wrong:
        raise ValidationError(f"The object path {wrong}.", hint="Use a relative path such as 'folder/file.csv'.")
    return path


def _fault(path: str) -> str | None:
    segments = path.split("/")
    if not path or len(path.encode("utf-8", "surrogatepass")) > PATH_MAX:
        return f"is empty or longer than {PATH_MAX} bytes"
    if _CONTROL.search(path):
        return "holds a control character"
    if any(segment in ("", ".", "..") for segment in segments):
        return "has an empty, '.' or '..' segment, or begins or ends with '/'"
    return None
