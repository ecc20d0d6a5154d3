"""The buckets of a service: those the settings name, and in embedded mode every folder under ``buckets/``."""

import re
from collections.abc import Mapping
from pathlib import Path

from lookalike.errors import SettingsError, ValidationError
from lookalike.storage import Bucket
from lookalike.storage.folders import FolderBucket
from lookalike.storage.objects import ObstoreBucket
from lookalike.storage.stores import connect

SCRATCH = ".lookalike/half"  # of those who do no job

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


class NamedBuckets:
    """
    Buckets by name.

    Args:
        home: Folder that relative ``file:`` URLs start from, and whose ``buckets/`` holds the embedded ones.
        urls: URL and options of the store for each name of the settings.
        hasty, scratch: See `open_bucket`.
    """

    def __init__(
        self,
        home: Path,
        urls: Mapping[str, tuple[str, Mapping[str, str]]],
        *,
        hasty: bool = False,
        scratch: str = SCRATCH,
    ) -> None:
        self._home = home
        self._urls = urls
        self._hasty = hasty
        self._scratch = scratch
        self._open: dict[str, Bucket] = {}

    def __getitem__(self, name: str) -> Bucket:
        if name not in self._open:
            self._open[name] = self._make(name)
        return self._open[name]

    def names(self) -> tuple[str, ...]:
        """All buckets there are now, sorted."""
        folder = self._home / "buckets"
        embedded = (
            [p.name for p in folder.iterdir() if p.is_dir() and _NAME.fullmatch(p.name)] if folder.exists() else []
        )
        return tuple(sorted({*self._urls, *embedded}))

    def _make(self, name: str) -> Bucket:
        if name in self._urls:
            url, options = self._urls[name]
            return open_bucket(name, url, options, self._home, hasty=self._hasty, scratch=self._scratch)
        folder = self._home / "buckets" / name
        if not _NAME.fullmatch(name) or not folder.is_dir():
            raise ValidationError(f"There is no bucket '{name}'.", hint="GET /api/v2/buckets lists what there is.")
        return FolderBucket(name, folder, self._scratch)


def open_bucket(
    name: str, url: str, options: Mapping[str, str], home: Path, *, hasty: bool = False, scratch: str = SCRATCH
) -> Bucket:
    """
    The bucket at a URL.

    Args:
        url: ``file:PATH`` (relative to `home`, made if missing), or what obstore knows: ``s3://``, ``gs://``, ``az://``,
            ``memory:``.
        options: Of the store, see `stores.connect`.
        scratch: Where in a folder stands what is being written until it is whole; a killed process leaves it there.
        hasty: Wait for a store beyond this machine 2 s at most: for those who only want to know whether it answers.

    Raises:
        SettingsError: the URL or an option means nothing to the store.
    """
    try:
        if url.startswith("file:"):
            folder = home / url.removeprefix("file:").removeprefix("//")
            folder.mkdir(parents=True, exist_ok=True)
            return FolderBucket(name, folder, scratch)
        remote = connect(url, options, hasty=hasty)
        return ObstoreBucket(name, remote.store, again_s=remote.again_s)
    except Exception:
        # the store's own words may quote credentials
        raise SettingsError(f"Bucket '{name}' cannot be opened.", hint="Check its url and options.") from None
