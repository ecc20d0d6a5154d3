"""Builds what a release is: wheel, sdist, a bill of materials (CycloneDX), and the SHA-256 of each."""

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from typing import Any

ROOT = Path(__file__).parents[1]


def build(folder: Path) -> list[Path]:
    """
    Paths of the sdist and the wheel, in this order.

    The same tree gives the same bytes: times in them are 2020-02-02, or what SOURCE_DATE_EPOCH says.
    """
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return [next(folder.glob("*.tar.gz")), next(folder.glob("*.whl"))]


def bill_of_materials(wheel: Path) -> dict[str, Any]:
    """A CycloneDX document: the wheel, and beneath it each distribution that requirements/runtime.txt pins."""
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", "--output-reproducible"]
    command += ["--pyproject", "pyproject.toml", "requirements/runtime.txt"]
    document: dict[str, Any] = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    root = document["metadata"]["component"]
    version = wheel.name.split("-")[1]
    root |= {"type": "library", "version": version, "purl": f"pkg:pypi/lookalike@{version}"}
    parts = [part["bom-ref"] for part in document["components"]]
    document["dependencies"] = [{"ref": root["bom-ref"], "dependsOn": parts}, *({"ref": part} for part in parts)]
    return document


def main(folder: Path) -> None:
    """Makes the folder anew."""
    rmtree(folder, ignore_errors=True)
    sdist, wheel = build(folder)
    bill = folder / f"{wheel.name.partition('-py3')[0]}.cdx.json"
    bill.write_text(json.dumps(bill_of_materials(wheel), indent=1) + "\n", "utf-8")
    sums = [f"{sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in (bill, wheel, sdist)]
    (folder / "SHA256SUMS").write_text("".join(sums), "utf-8")
    print("".join(sums), end="")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
