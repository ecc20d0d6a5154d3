"""Refuses a default install of more than 750 MB on disk or 230 MB of downloads, or one with a forbidden package."""

import re
import subprocess
import sys
import tempfile
from importlib.metadata import distribution
from pathlib import Path

DISK_MAX_MB, DOWNLOAD_MAX_MB = 750, 230
FORBIDDEN = {"torch", "pandas", "pyarrow", "tensorflow"}
PINS = Path("requirements/runtime.txt")


def pinned() -> list[str]:
    """Names of the distributions that the default install pins and that are installed here."""
    lines = [line for line in PINS.read_text("utf-8").splitlines() if "==" in line and not line.startswith(" ")]
    names = dict.fromkeys(re.split("==", line)[0] for line in lines)
    return [name for name in names if _installed(name)]


def _installed(name: str) -> bool:
    try:
        distribution(name)
    except ModuleNotFoundError:
        return False
    return True


def disk_mb(names: list[str]) -> float:
    """Size of all files of the distributions, compiled ones included, and of pip, which every venv holds."""
    files = {Path(str(f.locate())) for name in [*names, "pip"] for f in distribution(name).files or []}
    return sum(f.stat().st_size for f in files if f.is_file()) / 1e6


def download_mb() -> float:
    """Size of the wheels that pip fetches for the default install."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
        ]
        subprocess.run([*command, "-r", str(PINS), "-d", folder], check=True)
        return sum(f.stat().st_size for f in Path(folder).iterdir()) / 1e6


def main() -> int:
    """0 if the install is as light as promised."""
    names = pinned()
    disk, download = disk_mb(names), download_mb()
    print(f"default install: {len(names)} packages, {disk:.0f} MB on disk, {download:.0f} MB of downloads")
    heavy = FORBIDDEN & set(names)
    if heavy:
        print(f"forbidden in the default install: {', '.join(sorted(heavy))}")
    return int(bool(heavy) or disk > DISK_MAX_MB or download > DOWNLOAD_MAX_MB)


if __name__ == "__main__":
    sys.exit(main())
