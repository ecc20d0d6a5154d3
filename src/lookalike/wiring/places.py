"""Where buckets are, with all that is needed to open them."""

from collections.abc import Mapping

from lookalike.errors import SettingsError
from lookalike.settings import Bucket, Settings, WorkBucket, options
from lookalike.storage.ambient import around, lacking

Place = tuple[str, Mapping[str, str]]


def place(name: str, bucket: Bucket | WorkBucket, settings: Settings, environ: Mapping[str, str]) -> Place:
    """
    The URL and the options of a bucket, secrets looked up, with what the environment tells if it may.

    Raises:
        SettingsError: a secret is not there; the bucket has no credentials and may not take those that are around.
    """
    found = options(settings, bucket, environ)
    if bucket.ambient:
        return bucket.url, {**around(bucket.url, environ), **found}
    if missing := lacking(bucket.url, found):
        raise SettingsError(
            f"Bucket '{name}' has no credentials.",
            hint=f"Give it options {missing}; of a public one say skip_signature; or set ambient = true, and it takes "
            "those of this machine.",
        )
    return bucket.url, found
