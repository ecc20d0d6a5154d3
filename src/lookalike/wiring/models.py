"""Which folders of this machine jobs may name as language models."""

from pathlib import Path


def is_model(home: Path, room: Path | None, folder: str) -> bool:
    """
    Whether an absolute path is a folder within that of the models, wherever links in it lead.

    Args:
        room: As in the settings ``[models]``, seen from the home folder; None: there is none.
    """
    if room is None or not Path(folder).is_absolute():
        return False
    try:
        path, within = Path(folder).resolve(), (home / room).resolve()
        return path != within and path.is_relative_to(within) and path.is_dir()
    except (OSError, ValueError):  # no name that a file could have
        return False
