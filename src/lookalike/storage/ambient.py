"""
Credentials that a machine has around it, in its environment or from its cloud: taken for a bucket only if that says so.

Names of variables and options: those of object_store, which obstore reads by itself, for whatever bucket.
"""

import re
from collections.abc import Mapping

CLOUDS = ("AWS_", "AZURE_", "GOOGLE_")

_PREFIX = re.compile(r"(?:aws|azure|google)_(?:storage_)?")
_AROUND = {
    "AWS_": (
        *("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "REGION", "DEFAULT_REGION", "ENDPOINT_URL"),
        *("ENDPOINT_URL_S3", "CONTAINER_CREDENTIALS_RELATIVE_URI", "CONTAINER_CREDENTIALS_FULL_URI"),
        *("CONTAINER_AUTHORIZATION_TOKEN_FILE", "WEB_IDENTITY_TOKEN_FILE", "ROLE_ARN", "ROLE_SESSION_NAME"),
        *("ENDPOINT_URL_STS", "METADATA_ENDPOINT"),
    ),
    "AZURE_": (
        *("STORAGE_ACCOUNT_NAME", "STORAGE_ACCOUNT_KEY", "STORAGE_SAS_TOKEN", "CLIENT_ID", "CLIENT_SECRET"),
        *("TENANT_ID", "AUTHORITY_HOST", "FEDERATED_TOKEN_FILE", "IDENTITY_ENDPOINT"),
    ),
    "GOOGLE_": ("APPLICATION_CREDENTIALS", "SERVICE_ACCOUNT", "SERVICE_ACCOUNT_PATH", "SERVICE_ACCOUNT_KEY"),
}
_OF_SCHEME = {
    **dict.fromkeys(("s3", "s3a"), "AWS_"),
    **dict.fromkeys(("az", "adl", "azure", "abfs", "abfss"), "AZURE_"),
    "gs": "GOOGLE_",
}
_CREDENTIALS = {
    "AWS_": {
        *("access_key_id", "web_identity_token_file", "container_credentials_relative_uri", "skip_signature"),
        "container_credentials_full_uri",
    },
    "AZURE_": {
        *("account_key", "access_key", "master_key", "account_master_key", "sas_token", "sas_key", "client_secret"),
        *("token", "bearer_token", "federated_token_file", "skip_signature"),
    },
    "GOOGLE_": {"service_account", "service_account_path", "service_account_key", "application_credentials"}
    | {"skip_signature"},
}
_WORDS = {
    "AWS_": "access_key_id and secret_access_key",
    "AZURE_": "account_name and account_key",
    "GOOGLE_": "service_account",
}


def around(url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Options of the store at a URL that the environment tells; a cloud's own credentials need none."""
    cloud = _cloud(url)
    names = [] if cloud is None else [cloud + name for name in _AROUND[cloud]]
    return {name.lower(): environ[name] for name in names if name in environ}


def lacking(url: str, options: Mapping[str, str]) -> str | None:
    """The options that are missing of a store that would be asked with whatever credentials are around, or None."""
    cloud = _cloud(url)
    given = {_PREFIX.sub("", name.lower(), count=1) for name in options}
    return None if cloud is None or given & _CREDENTIALS[cloud] else _WORDS[cloud]


def _cloud(url: str) -> str | None:
    return _OF_SCHEME.get(url.partition("://")[0].lower())
