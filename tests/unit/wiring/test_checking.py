"""What a service needs is looked at part by part: what is wrong is told, with what to do, and nothing else."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lookalike.cli.commands.check import command
from lookalike.home import prepare
from lookalike.settings import Bucket, Compute, Endpoint, Models, Secret, SecretName, Settings
from lookalike.wiring.checking import Finding, findings
from lookalike.wiring.parts import open_parts

HERE = Secret(env="HERE")
AWAY = {"endpoint": "http://127.0.0.1:9", "allow_http": "true", "region": "x", "access_key_id": "a"}


def found(settings: Settings) -> dict[str, Finding]:
    return {f.part: f for f in findings(settings, {"HERE": "k"}, lambda bits: 7)}


def unwell(settings: Settings) -> list[str]:
    return [part for part, finding in found(settings).items() if not finding.well]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    prepare(tmp_path)
    return tmp_path


def test_a_fresh_home_is_well(home: Path) -> None:
    """All is well before the first start, which makes the tables, and after it; no object of ours is left."""
    settings = Settings(home=home, buckets={"near": Bucket(url="file:near")})
    assert not unwell(settings)
    assert "empty" in found(settings)["database"].message
    open_parts(settings, {}).close()

    assert not unwell(settings)
    assert "this version" in found(settings)["database"].message
    assert not [path for path in (home / "near").rglob("*") if path.is_file()]


def _key_open(home: Path) -> Settings:
    (home / "keys" / "secrets.keys").unlink(missing_ok=True)
    found(Settings(home=home))
    (home / "keys" / "secrets.keys").chmod(0o644)
    return Settings(home=home)


def _other_keys(home: Path) -> Settings:
    open_parts(Settings(home=home), {}).close()
    (home / "keys" / "secrets.keys").unlink()
    return Settings(home=home)


def _other_work(home: Path) -> Settings:
    open_parts(Settings(home=home), {}).close()
    shutil.rmtree(home / "work")
    open_parts(Settings(home=home, database="sqlite:///other.db"), {}).close()
    return Settings(home=home)


BROKEN: dict[str, Callable[[Path], Settings]] = {
    "keys": _key_open,
    "keys, others": _other_keys,
    "work bucket": _other_work,
    "database": lambda home: Settings(home=home, database="sqlite:////no/such/folder/x.db"),
    "bucket away": lambda home: Settings(
        home=home, buckets={"away": Bucket(url="s3://b", options={**AWAY, "secret_access_key": "s"})}
    ),
    "bucket bare": lambda home: Settings(home=home, buckets={"bare": Bucket(url="s3://b")}),
    "bucket secret": lambda home: Settings(
        home=home, buckets={"secret": Bucket(url="s3://b", options={"secret_access_key": SecretName(secret="S")})}
    ),
    "temporary files": lambda home: Settings.model_validate({"home": home, "jobs": {"input_max_bytes": 2**60}}),
    "endpoints": lambda home: Settings(
        home=home, endpoints={"w": Endpoint(base_url="https://m.test/v1", secret="K")}, secrets={"K": Secret(env="NOT")}
    ),
    "Ray": lambda home: Settings(
        home=home, compute=Compute(executor="ray", ray_address="127.0.0.1:9", ray_token="T"), secrets={"T": HERE}
    ),
    "Ray, without a token": lambda home: Settings(home=home, compute=Compute(executor="ray", ray_token="T")),
    "models": lambda home: Settings(home=home, models=Models(folder=Path("nowhere"))),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_told(what: str, home: Path) -> None:
    """One thing is broken, and it is the one that is told, with a mend; of the database others need it too."""
    settings = BROKEN[what](home)
    told = found(settings)
    wrong = [part for part, finding in told.items() if not finding.well]

    assert what.partition(",")[0] in wrong
    assert 1 == len(wrong) or what == "database"
    assert all(told[part].hint for part in wrong)
    assert "s3cret" not in str(told)


def test_the_command(home: Path) -> None:
    """Exit code 0 and a line a part, 1 where one is not well; as JSON an object a line."""
    run: Callable[..., Any] = CliRunner().invoke
    well = run(command, ["--home", str(home)], standalone_mode=False)
    (home / "lookalike.toml").write_text('[buckets.bare]\nurl = "s3://b"\n')
    ill = run(command, ["--home", str(home), "--json"], standalone_mode=False)
    lines = [json.loads(line) for line in ill.output.splitlines()]

    assert (0, 5) == (well.return_value, well.output.count("✓"))
    assert 1 == ill.return_value
    assert ["bucket bare"] == [line["part"] for line in lines if not line["well"]]
