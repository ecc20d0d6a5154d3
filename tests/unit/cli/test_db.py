"""`lookalike db`, and what the service says of a database that is not its version's."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from lookalike.cli.main import main
from lookalike.ledger.database import MIGRATIONS, open_engine, writing

EARLIER = "0001"


@pytest.fixture
def earlier(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose database is of an earlier version."""
    engine = open_engine(database_url)
    with writing(engine) as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, EARLIER)
    engine.dispose()
    monkeypatch.setenv("LOOKALIKE_DATABASE", database_url)
    return tmp_path / "home"


@pytest.mark.parametrize("door", ["serve", "worker"])
def test_an_earlier_database_is_refused_until_upgraded(
    earlier: Path, capfd: pytest.CaptureFixture[str], door: str
) -> None:
    """Serve and worker refuse it, exit code 2, and name the command that mends it; it may be run twice."""
    main(["token", "--home", str(earlier), "--customer", "ada"])
    refused = subprocess.run(  # a process of its own, because these take over how a process logs
        [sys.executable, "-m", "lookalike", door, "--home", str(earlier)], capture_output=True, text=True, check=False
    )
    codes = [main(["db", "upgrade", "--home", str(earlier)]) for _ in range(2)]
    told = capfd.readouterr().out

    assert 2 == refused.returncode
    assert "older than this version" in refused.stderr
    assert "lookalike db upgrade" in refused.stderr
    assert [0, 0] == codes
    assert "now.\n" in told
    assert "already.\n" in told
