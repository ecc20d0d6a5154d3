"""Venvs of other people's packages, each made once, outside what is committed."""

import json
import shutil
import sys
from collections.abc import Iterable
from importlib.metadata import distributions
from pathlib import Path

from bench.measuring.processes import failure, say
from bench.peers import Needs


class NotInstalled(Exception):
    """A venv could not be made; the message says what failed and where the log is."""


def interpreter(needs: Needs, cache: Path) -> Path:
    """
    The Python of the venv that holds what is needed; made unless it is there already.

    Raises:
        NotInstalled: pip could not do it.
    """
    folder = cache / "venvs" / needs.venv
    stamp, python = folder / "installed.json", folder / "bin" / "python"
    wanted = json.dumps({"python": sys.version, "steps": needs.steps, "unwanted": needs.unwanted})
    if not (stamp.exists() and stamp.read_text("utf-8") == wanted):
        say(f"making the venv '{needs.venv}' (once)")
        _make(folder, python, needs)
        stamp.write_text(wanted, "utf-8")
    return python


def versions(packages: Iterable[str], python: Path) -> dict[str, str]:
    """Versions of those of the packages that an interpreter of this version, in a venv, has."""
    place = python.parents[1] / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    found = {d.name.lower(): d.version for d in distributions(path=[str(place)])}
    return {name: found[name] for name in packages if name in found}


def _make(folder: Path, python: Path, needs: Needs) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    pip: list[str | Path] = [python, "-m", "pip"]
    commands: list[list[str | Path]] = [[sys.executable, "-m", "venv", folder]]
    commands += [[*pip, "install", *step] for step in needs.steps]
    commands += [[*pip, "uninstall", "--yes", name] for name in needs.unwanted]
    for n, command in enumerate(commands):
        log = folder.with_name(f"{needs.venv}-{n}.log")
        if reason := failure(command, log):
            raise NotInstalled(f"could not be installed: pip {reason}; see {log.name} beside the venv")
