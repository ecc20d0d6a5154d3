"""The home folder of a service on one machine: settings, database, keys, buckets, work."""

from importlib.resources import files
from pathlib import Path

from lookalike.errors import SettingsError
from lookalike.settings import FILE


def prepare(home: Path) -> None:
    """
    Make what a home folder needs and does not have yet: the folder, commented settings, ``buckets/``, ``keys/``.

    Raises:
        SettingsError: the folder cannot be made or written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / "buckets").mkdir(exist_ok=True)
        (home / "keys").mkdir(mode=0o700, exist_ok=True)
        if not (home / FILE).exists():
            (home / FILE).write_bytes(files("lookalike").joinpath(FILE).read_bytes())
    except OSError as error:
        reason = error.strerror or "it failed"
    else:
        return
    raise SettingsError(f"The home folder '{home}' cannot be used: {reason}.", hint="Give another --home.")
