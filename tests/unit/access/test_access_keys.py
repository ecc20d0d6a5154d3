"""Keys: made once, kept private, the same for all who start at once."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from lookalike.access.keys import secret_keys, token_key
from lookalike.access.secret_box import SecretBox
from lookalike.errors import InternalError, SettingsError


def test_keys_are_kept_and_private(tmp_path: Path) -> None:
    """The second call reads what the first made; files are 0600, the folder 0700; no draft is left."""
    folder = tmp_path / "home" / "keys"
    kid = token_key(folder).kid
    secret_keys(folder)

    assert kid == token_key(folder).kid
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    assert {"token.pem": 0o600, "secrets.keys": 0o600} == {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()
    }


def test_processes_that_race_end_with_one_key(tmp_path: Path) -> None:
    """Six processes that make keys at once all get the same two."""
    program = (
        "import sys, pathlib\n"
        "from lookalike.access.keys import secret_keys, token_key\n"
        "folder = pathlib.Path(sys.argv[1]); sys.stdin.readline()\n"
        "secret_keys(folder); print(token_key(folder).kid, (folder / 'secrets.keys').read_text().strip())"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "keys")]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    printed = {process.communicate(timeout=60)[0] for process in running}

    assert 1 == len(printed)
    assert 2 == len(next(iter(printed)).split())
    assert {"token.pem", "secrets.keys"} == {path.name for path in (tmp_path / "keys").iterdir()}


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n"])
def test_a_damaged_key_is_named_not_shown(tmp_path: Path, content: bytes) -> None:
    """A file that is no key is a SettingsError that names the file."""
    (tmp_path / "token.pem").write_bytes(content)
    (tmp_path / "secrets.keys").write_bytes(content)

    with pytest.raises(SettingsError, match=r"token\.pem"):
        token_key(tmp_path)
    with pytest.raises(SettingsError, match=r"secrets\.keys"):
        secret_keys(tmp_path)


def test_a_folder_that_cannot_be_made_is_an_error_of_settings(tmp_path: Path) -> None:
    """Where a file stands in the folder's place: SettingsError."""
    (tmp_path / "keys").write_text("")

    with pytest.raises(SettingsError):
        token_key(tmp_path / "keys")


def test_a_box_opens_what_it_sealed_and_keys_can_be_rotated(tmp_path: Path) -> None:
    """A new first line seals, the old one still opens; without it nothing is told."""
    old = SecretBox(lambda: secret_keys(tmp_path))
    sealed = old.seal("hidden é")
    new_key = Fernet.generate_key()
    path = tmp_path / "secrets.keys"
    path.write_bytes(new_key + b"\n" + path.read_bytes())

    assert b"hidden" not in sealed
    assert sealed != old.seal("hidden é")
    assert "hidden é" == SecretBox(lambda: secret_keys(tmp_path)).open(sealed)
    with pytest.raises(InternalError):
        SecretBox(lambda: [Fernet(new_key)]).open(sealed)
    assert 0o600 == stat.S_IMODE(os.stat(path).st_mode)
