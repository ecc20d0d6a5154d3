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
    """The address that is listened at; `0.0.0.0` for all of the machine."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    """0 takes a free one and prints it."""
    sync_wait_s: Annotated[float, Field(gt=0)] = 30
    """Seconds that a create with `is_async` false waits for the end of its job, at most."""
    body_max_bytes: Annotated[int, Field(gt=0)] = 1_048_576
    """Bytes of a request; larger ones are 413."""
    requests_per_s: Annotated[float, Field(gt=0)] = 100
    """Requests of one customer to one process; twice as many at once, then 429."""


class Auth(_Section):
    """
    Whose tokens are good. `embedded`: our own key in ``keys/``. `issuer`: those of `issuer`, a URL, by the keys at
    `jwks_url`, or where the issuer's metadata says.
    """

    mode: Literal["embedded", "issuer"] = "embedded"
    """Who makes tokens: the service itself (`lookalike token`), or an issuer of yours."""
    issuer: str = "lookalike"
    """The token's `iss`, letter by letter; of an issuer its URL."""
    audience: str = "lookalike"
    """What must be in the token's `aud`."""
    jwks_url: str = ""
    """Where the issuer's keys are; empty: where its metadata says."""
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = ("EdDSA", "ES256", "ES384", "PS256", "RS256")
    """Those that tokens may be signed with."""
    customer_claim: str = "customer_id"
    """The claim that says whose jobs and webhooks a token reaches."""
    projects_claim: str = "projects"
    """The claim that says which projects a token reaches; without it all of the customer."""
    require_scopes: bool = False
    """Whether a token without `scope` may do nothing, instead of everything."""
    client_id: str = ""
    """Of the console at the issuer: people sign in there (authorization code with PKCE). Its redirect URI is
    `https://HOST/console/sign-in/callback`."""
    client_secret: str | None = None
    """The name of its password among `[secrets]`, if it is no public client."""
    scope: str = "openid jobs:read jobs:write webhooks:read webhooks:write data:read audit:read"
    """What people who sign in ask the issuer for."""

    @model_validator(mode="after")
    def _is_of_one_mode(self) -> Self:
        if self.mode == "embedded" and (self.jwks_url or "EdDSA" not in self.algorithms):
            raise ValueError("in mode 'embedded' there is no jwks_url, and EdDSA is one of the algorithms")
        if self.client_id and self.mode == "embedded":
            raise ValueError("in mode 'embedded' there is no client_id: nobody signs in elsewhere")
        return self


class Jobs(_Section):
    """How jobs are run and limited."""

    slots: Annotated[int, Field(ge=1)] = 1
    """Jobs that one worker runs at a time."""
    lease_s: Annotated[float, Field(gt=0)] = 30
    """Seconds after which a worker that says nothing loses its job to another."""
    beat_s: Annotated[float, Field(gt=0)] = 1
    """Seconds between two signs of life of a worker; at the next it notices a cancel or a pause."""
    max_restarts: Annotated[int, Field(ge=0)] = 3
    """How often a job is tried again after its worker died, before it fails with `WORKER_LOST`."""
    running_per_customer: Annotated[int, Field(ge=1)] = 4
    """Jobs of a customer that run at a time; others wait."""
    queued_per_customer: Annotated[int, Field(ge=1)] = 1000
    """Jobs of a customer that wait; a further one is 429."""
    timeout_max_s: Annotated[int, Field(ge=1)] = 86_400
    """The longest `timeout` that a job may ask for, in seconds."""
    retention_days: Annotated[float, Field(gt=0)] = 30
    """Days after the end of a job until its record, model and report go. Its output stays."""
    memory_max_bytes: Annotated[int, Field(gt=0)] = 8 * 1024**3
    """Memory of all processes of a job together; beyond it `OUT_OF_MEMORY`."""
    input_max_bytes: Annotated[int, Field(ge=1)] = 10 * 1024**3
    """Bytes of an input, as it lies there and decompressed."""
    columns_max: Annotated[int, Field(ge=1)] = 10_000
    """Columns of an input."""
    rows_max: Annotated[int, Field(ge=1)] = 1_000_000_000
    """Rows that a job may be asked for."""
    object_rows_max: Annotated[int, Field(ge=1)] = 50_000_000
    """Rows of an output that is one object; more want a path that ends in `/`."""


class Compute(_Section):
    """
    Where a job's divisible work runs; `workers` 0 means one per processor.

    `ray_address`: ``host:port`` of a Ray cluster. `ray_token`: the name of its token among ``[secrets]``; one without
    token runs whatever anybody sends it.
    """

    executor: Literal["local", "ray"] = "local"
    """Processes of the worker's own machine, or a Ray cluster (`lookalike[ray]`)."""
    workers: Annotated[int, Field(ge=0)] = 0
    """Processes of one job; 0: one for each processor, here or of the cluster."""
    ray_address: Annotated[str, Field(pattern=r"^[^\s/@]+:[0-9]{1,5}$")] = "127.0.0.1:6379"
    """Host and port of the cluster's head."""
    ray_token: str = ""
    """The name of the cluster's token among `[secrets]`."""

    @model_validator(mode="after")
    def _has_token(self) -> Self:
        if self.executor == "ray" and not self.ray_token:
            raise ValueError("executor 'ray' needs ray_token, the name of a secret")
        return self


class Webhooks(_Section):
    """Which addresses webhooks may reach besides global ones: hosts or networks. A fresh service allows none."""

    allow: tuple[str, ...] = ()
    """Hosts and networks beside global addresses, such as `["hooks.internal", "10.0.0.0/8"]`."""
    allow_http: bool = False
    """Whether a webhook may do without TLS."""


class Tracing(_Section):
    """Where traces are posted, OTLP over HTTP; empty: there are none."""

    endpoint: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    """Such as `http://127.0.0.1:4318/v1/traces`; empty: no traces. Needs `lookalike[tracing]`."""


class Models(_Section):
    """The folder in which language models of jobs may lie; none: jobs bring no model."""

    folder: Path | None = None
    """Seen from the home folder, the same on all machines."""


class Secret(_Section):
    """Where a secret is kept: an environment variable or a file; never the secret itself."""

    env: str | None = None
    """The variable that holds it."""
    file: Path | None = None
    """The file that holds it, seen from the home folder."""


class SecretName(_Section):
    """A reference to an entry of ``[secrets]``."""

    secret: str
    """Its name there."""


class Bucket(_Section):
    """
    A bucket: its URL, which customers may read and write it (``*`` is all), options of the store.

    `ambient`: take also what this machine's environment and cloud have of credentials; without it only the options.
    """

    url: str
    """`file:PATH`, `s3://…`, `gs://…` or `az://…`."""
    read: tuple[str, ...] = ("*",)
    """Customers that may read; `*` is all."""
    write: tuple[str, ...] = ("*",)
    """Customers that may write; `*` is all."""
    options: Mapping[str, str | SecretName] = {}
    """What obstore knows for the store and its HTTP client, as text or as `{ secret = NAME }`."""
    ambient: bool = False
    """Whether credentials of the machine's environment and cloud are taken too."""


class WorkBucket(_Section):
    """
    Where checkpoints, profiles and models are kept: a URL, or that, options of the store and `ambient` as of buckets.
    Not for customers.
    """

    url: str = "file:work"
    """One that all machines share, or a folder of the only one."""
    options: Mapping[str, str | SecretName] = {}
    """As of `[buckets.NAME]`."""
    ambient: bool = False
    """As of `[buckets.NAME]`."""


class Endpoint(_Section):
    """
    A server with a language model, asked the way OpenAI's is.

    `base_url`: what stands before ``/chat/completions``. `secret`: the name of its key among ``[secrets]``, if it wants
    one. `api`: `completion` for a model that only goes on with texts and was never taught to talk. `customers`: whose
    jobs may ask it (``*`` is all).
    """

    base_url: Annotated[str, Field(pattern=r"^https?://[!-~]+$", max_length=2_048)]
    """What stands before `/chat/completions`."""
    secret: str | None = None
    """The name of its key among `[secrets]`, if it wants one."""
    api: Literal["chat", "completion"] = "chat"
    """`completion` for a model that only goes on with texts and was never taught to talk."""
    customers: tuple[str, ...] = ("*",)
    """Whose jobs may ask it; `*` is all."""

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
    """Given with `--home`."""
    database: str = "sqlite:///lookalike.db"
    """`sqlite:///PATH`, seen from the home folder, or `postgresql://…` for several machines."""
    work_bucket: Annotated[WorkBucket, BeforeValidator(_with_url)] = WorkBucket()
    """Where checkpoints, profiles and models are kept; a text is its URL."""
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
