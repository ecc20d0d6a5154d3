"""What the service can be told, and by whom."""

from pathlib import Path

import pytest

from lookalike.errors import SettingsError
from lookalike.home import prepare
from lookalike.settings import FILE, Settings, load, options


def test_the_packaged_settings_are_the_defaults(tmp_path: Path) -> None:
    """A fresh home changes nothing, and with its comment signs taken away still says the defaults."""
    prepare(tmp_path)
    fresh = load(tmp_path, {})
    text = (tmp_path / FILE).read_text("utf-8")
    (tmp_path / FILE).write_text("\n".join(_bare(line) for line in text.partition("# Every folder in")[0].splitlines()))

    assert Settings(home=tmp_path) == fresh == load(tmp_path, {})


def _bare(line: str) -> str:
    return line.removeprefix("# ") if " = " in line else line


def test_the_environment_wins(tmp_path: Path) -> None:
    """LOOKALIKE_SECTION__KEY overrules the file; a value is TOML if it is that, else text; others are not ours."""
    (tmp_path / FILE).write_text("[jobs]\nslots = 2\nlease_s = 9\n")
    environ = {
        "LOOKALIKE_JOBS__SLOTS": "3",
        "LOOKALIKE_SERVER__HOST": "0.0.0.0",
        "LOOKALIKE_WEBHOOKS__ALLOW": '["10.0.0.0/8"]',
        "LOOKALIKE_DATABASE": "sqlite:///x.db",
        "LOOKALIKE_DATA": "/somewhere",
    }
    found = load(tmp_path, environ)

    assert (3, 9) == (found.jobs.slots, found.jobs.lease_s)
    assert ("0.0.0.0", ("10.0.0.0/8",), "sqlite:///x.db") == (found.server.host, found.webhooks.allow, found.database)


@pytest.mark.parametrize(
    ("text", "environ", "named"),
    [
        ("[jobs]\nslotz = 1\n", {}, "jobs.slotz"),
        ("[jobs]\nslots = 0\n", {}, "jobs.slots"),
        ("[job]\n", {}, "job"),
        ("[jobs\n", {}, FILE),
        ("", {"LOOKALIKE_JOBS__NONE": "1"}, "jobs.none"),
        ("", {"LOOKALIKE_NONE__NONE": "1"}, "none"),
        ("[auth]\nmode = 'both'\n", {}, "auth.mode"),
        *(
            (f"[endpoints.own]\nbase_url = '{url}'\n", {}, "endpoints.own.base_url")
            for url in (
                *("", "ftp://a/v1", "a.example/v1", "http://", "https://user:pass@a/v1", "https://a/v1?key=1"),
                *("https://a/v1#b", "https://a:0/v1", "https://a:99999/v1", "https://[::1/v1", "https://ä.example/v1"),
                *("https://a/v 1", "https://a\\b/v1"),
            )
        ),
        ("[endpoints.own]\nbase_url = 'https://a/v1'\nkey = 'sk-1'\n", {}, "endpoints.own.key"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, environ: dict[str, str], named: str) -> None:
    """An unknown key or a value out of range stops the start and is named."""
    (tmp_path / FILE).write_text(text)

    with pytest.raises(SettingsError, match=named.replace(".", r"\.")):
        load(tmp_path, environ)


def test_secrets_are_references(tmp_path: Path) -> None:
    """Options name secrets; what they stand for is looked up when it is needed, and missed by name."""
    (tmp_path / "key").write_text("from file\n")
    (tmp_path / FILE).write_text(
        '[buckets.b]\nurl = "s3://b"\noptions = {region = "r", one = {secret = "ONE"}, two = {secret = "TWO"}}\n'
        '[secrets]\nONE = {env = "THE_ONE"}\nTWO = {file = "key"}\n'
    )
    found = load(tmp_path, {})

    assert {"region": "r", "one": "1", "two": "from file"} == options(found, found.buckets["b"], {"THE_ONE": "1"})
    with pytest.raises(SettingsError, match="'ONE'"):
        options(found, found.buckets["b"], {})


def test_a_home_that_cannot_be(tmp_path: Path) -> None:
    """A home that is a file is told; a home that is there stays as it is."""
    (tmp_path / "file").touch()
    prepare(tmp_path / "home")
    (tmp_path / "home" / FILE).write_text("[jobs]\nslots = 4\n")
    prepare(tmp_path / "home")

    assert 4 == load(tmp_path / "home", {}).jobs.slots
    with pytest.raises(SettingsError, match="cannot be used"):
        prepare(tmp_path / "file")


def test_the_work_bucket_is_a_url_or_has_options(tmp_path: Path) -> None:
    """`work_bucket` may be a URL, in the file or the environment, or a table with options, secrets by reference."""
    (tmp_path / FILE).write_text('work_bucket = "file:a"\n')
    short, overruled = load(tmp_path, {}), load(tmp_path, {"LOOKALIKE_WORK_BUCKET": "s3://b/c"})
    table = '[work_bucket]\nurl = "s3://w"\noptions = { region = "r", k = { secret = "S" } }\n'
    (tmp_path / FILE).write_text(f'{table}[secrets]\nS = {{ env = "S" }}\n')
    long = load(tmp_path, {})

    assert ("file:a", {}) == (short.work_bucket.url, options(short, short.work_bucket, {}))
    assert "s3://b/c" == overruled.work_bucket.url
    assert ("s3://w", {"region": "r", "k": "x"}) == (long.work_bucket.url, options(long, long.work_bucket, {"S": "x"}))
