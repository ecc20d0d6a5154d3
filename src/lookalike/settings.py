"""Settings: `lookalike.toml` in the home folder, overruled by the environment, read once at the door, then frozen."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic import ValidationError as PydanticError

from lookalike.errors import SettingsError

FILE = "lookalike.toml"
PREFIX = "LOOKALIKE_"
Algorithm = Literal["EdDSA", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Server(_Section):
    """Where the API listens, how long a synchronous create waits, how large bodies and how many requests may be."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    sync_wait_s: Annotated[float, Field(gt=0)] = 30
    body_max_bytes: Annotated[int, Field(gt=0)] = 1_048_576
    requests_per_s: Annotated[float, Field(gt=0)] = 100


class Auth(_Section):
    """
    Whose tokens are good. `embedded`: our own key in ``keys/``. `issuer`: those of `issuer`, a URL, by the keys at
    `jwks_url`, or where the issuer's metadata says.
    """

    mode: Literal["embedded", "issuer"] = "embedded"
    issuer: str = "lookalike"
    audience: str = "lookalike"
    jwks_url: str = ""
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = ("EdDSA", "ES256", "ES384", "PS256", "RS256")
    customer_claim: str = "customer_id"
    projects_claim: str = "projects"
    require_scopes: bool = False

    @model_validator(mode="after")
    def _is_of_one_mode(self) -> Self:
        if self.mode == "embedded" and (self.jwks_url or "EdDSA" not in self.algorithms):
            raise ValueError("in mode 'embedded' there is no jwks_url, and EdDSA is one of the algorithms")
        return self


class Jobs(_Section):
    """How jobs are run and limited."""

    slots: Annotated[int, Field(ge=1)] = 1
    lease_s: Annotated[float, Field(gt=0)] = 30
    beat_s: Annotated[float, Field(gt=0)] = 1
    max_restarts: Annotated[int, Field(ge=0)] = 3
    running_per_customer: Annotated[int, Field(ge=1)] = 4
    queued_per_customer: Annotated[int, Field(ge=1)] = 1000
    timeout_max_s: Annotated[int, Field(ge=1)] = 86_400
    retention_days: Annotated[float, Field(gt=0)] = 30
    memory_max_bytes: Annotated[int, Field(gt=0)] = 8 * 1024**3
    input_max_bytes: Annotated[int, Field(ge=1)] = 10 * 1024**3
    columns_max: Annotated[int, Field(ge=1)] = 10_000
    rows_max: Annotated[int, Field(ge=1)] = 1_000_000_000
    object_rows_max: Annotated[int, Field(ge=1)] = 50_000_000


class Compute(_Section):
    """
    Where a job's divisible work runs; `workers` 0 means one per processor.

    `ray_address`: ``host:port`` of a Ray cluster. `ray_token`: the name of its token among ``[secrets]``; one without
    token runs whatever anybody sends it.
    """

    executor: Literal["local", "ray"] = "local"
    workers: Annotated[int, Field(ge=0)] = 0
    ray_address: Annotated[str, Field(pattern=r"^[^\s/@]+:[0-9]{1,5}$")] = "127.0.0.1:6379"
    ray_token: str = ""

    @model_validator(mode="after")
    def _has_token(self) -> Self:
        if self.executor == "ray" and not self.ray_token:
            raise ValueError("executor 'ray' needs ray_token, the name of a secret")
        return self


class Webhooks(_Section):
    """Which addresses webhooks may reach besides global ones: hosts or networks. A fresh service allows none."""

    allow: tuple[str, ...] = ()
    allow_http: bool = False


class Tracing(_Section):
    """Where traces are posted, OTLP over HTTP; empty: there are none."""

    endpoint: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""


class Models(_Section):
    """The folder in which language models of jobs may lie; none: jobs bring no model."""

    folder: Path | None = None


class Secret(_Section):
    """Where a secret is kept: an environment variable or a file; never the secret itself."""

    env: str | None = None
    file: Path | None = None


class SecretName(_Section):
    """A reference to an entry of ``[secrets]``."""

    secret: str


class Bucket(_Section):
    """
    A bucket: its URL, which customers may read and write it (``*`` is all), options of the store.

    `ambient`: take also what this machine's environment and cloud have of credentials; without it only the options.
    """

    url: str
    read: tuple[str, ...] = ("*",)
    write: tuple[str, ...] = ("*",)
    options: Mapping[str, str | SecretName] = {}
    ambient: bool = False


class WorkBucket(_Section):
    """
    Where checkpoints, profiles and models are kept: a URL, or that, options of the store and `ambient` as of buckets.
    Not for customers.
    """

    url: str = "file:work"
    options: Mapping[str, str | SecretName] = {}
    ambient: bool = False


class Endpoint(_Section):
    """
    A server with a language model, asked the way OpenAI's is.

    `base_url`: what stands before ``/chat/completions``. `secret`: the name of its key among ``[secrets]``, if it wants
    one. `api`: `completion` for a model that only goes on with texts and was never taught to talk. `customers`: whose
    jobs may ask it (``*`` is all).
    """

    base_url: Annotated[str, Field(pattern=r"^https?://[!-~]+$", max_length=2_048)]
    secret: str | None = None
    api: Literal["chat", "completion"] = "chat"
    customers: tuple[str, ...] = ("*",)

    @field_validator("base_url")
    @classmethod
    def _is_plain(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            good = bool(parts.hostname) and parts.username is None and parts.port != 0 and not {*"?#%\\"} & {*value}
        except ValueError:
            good = False
        if not good:
            raise ValueError("it is no URL of a server and a path, without query, fragment and user")
        return value.rstrip("/")


def _with_url(value: Any) -> Any:
    return {"url": value} if isinstance(value, str) else value


class Settings(_Section):
    """Everything the service can be told. `home` is the folder all relative places start from."""

    home: Path
    database: str = "sqlite:///lookalike.db"
    work_bucket: Annotated[WorkBucket, BeforeValidator(_with_url)] = WorkBucket()
    server: Server = Server()
    auth: Auth = Auth()
    jobs: Jobs = Jobs()
    compute: Compute = Compute()
    webhooks: Webhooks = Webhooks()
    tracing: Tracing = Tracing()
    models: Models = Models()
    buckets: Mapping[str, Bucket] = {}
    endpoints: Mapping[str, Endpoint] = {}
    secrets: Mapping[str, Secret] = {}


def load(home: Path, environ: Mapping[str, str]) -> Settings:
    """
    The settings of a home folder.

    Args:
        home: Folder that may hold `lookalike.toml`.
        environ: ``LOOKALIKE_SECTION__KEY`` overrules ``[section] key``; a value that is TOML is read
            as that, any other as text.

    Raises:
        SettingsError: names the key or variable that is unknown or wrong.
    """
    values = _from_file(home / FILE)
    for name in sorted(environ):
        if name.startswith(PREFIX) and ("__" in name or name.removeprefix(PREFIX).lower() in Settings.model_fields):
            _set(values, name.removeprefix(PREFIX).lower().split("__"), environ[name])
    try:
        return Settings.model_validate({**values, "home": home.absolute()})
    except PydanticError as error:
        first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    raise SettingsError(f"Setting '{where}' is wrong: {first['msg']}.")


def _from_file(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name} is not valid TOML: {error}.") from None


def _set(values: dict[str, Any], path: list[str], text: str) -> None:
    *sections, key = path
    for section in sections:
        values = values.setdefault(section, {})
    try:
        values[key] = tomllib.loads(f"x = {text}")["x"]
    except tomllib.TOMLDecodeError:
        values[key] = text


def options(settings: Settings, bucket: Bucket | WorkBucket, environ: Mapping[str, str]) -> dict[str, str]:
    """
    The options of a bucket's store, its secrets looked up.

    Raises:
        SettingsError: names the secret that is not defined or not there.
    """
    named = bucket.options.items()
    return {k: v if isinstance(v, str) else secret(settings, v.secret, environ) for k, v in named}


def secret(settings: Settings, name: str, environ: Mapping[str, str]) -> str:
    """
    The secret of that name.

    Raises:
        SettingsError: it is not defined or not there.
    """
    place = settings.secrets.get(name, Secret())
    if place.env is not None and place.env in environ:
        return environ[place.env]
    if place.file is not None and (settings.home / place.file).is_file():
        return (settings.home / place.file).read_text("utf-8").strip()
    raise SettingsError(
        f"The secret '{name}' is not there.", hint="Define it under [secrets] with env or file, and set it."
    )
