"""What one can ask of buckets: which there are, what lies in them, and to put something new there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from lookalike.access import Principal
from lookalike.access.policy import Direction, Policy, Scope
from lookalike.audit import Action, AuditStore
from lookalike.errors import ObjectExists, ValidationError
from lookalike.operations.paths import OURS, Endings, is_ours, problem
from lookalike.storage import Bucket, Bytes, ObjectInfo, exists
from lookalike.storage import Buckets as Stores

_BEHIND_OURS = f"{OURS}/\U0010ffff"


@dataclass(frozen=True)
class Listing:
    """
    What to list of a bucket.

    Attributes:
        prefix: The folder; empty for the whole bucket. May end in ``/``.
        flat: Whatever lies below, at any depth; else what lies in the folder itself.
        after: Only paths behind this one.
    """

    prefix: str = ""
    flat: bool = True
    after: str = ""
    limit: int = 10


@dataclass(frozen=True)
class Buckets:
    """
    The verbs.

    Attributes:
        names: All buckets there are now.
        glances: The buckets for those who cannot wait for one that hangs.
        stores: The same ones, for those who can.
        endings: Format and compression by the endings of a path.
    """

    names: Callable[[], Iterable[str]]
    glances: Stores
    stores: Stores
    policy: Policy
    audit: AuditStore
    endings: Endings

    def list(self, principal: Principal) -> dict[str, Any]:
        """The buckets that the customer may use, and how, by name."""
        self.policy.demand(principal, Scope.DATA_READ)
        rights = ((name, self._may(principal, name)) for name in sorted(self.names()))
        return {"buckets": [{"name": name, **may} for name, may in rights if any(may.values())]}

    def objects(self, principal: Principal, name: str, asked: Listing) -> dict[str, Any]:
        """
        Some objects of a bucket, by path, and where the next ones begin; without what the service keeps there itself.

        Raises:
            AccessDenied: scope, or a bucket that the customer may not read.
            ValidationError: there is no such bucket; the prefix is no folder's.
        """
        self.policy.demand(principal, Scope.DATA_READ)
        self._demand(principal, name, "read")
        folder = asked.prefix.removesuffix("/")
        if folder and (wrong := problem(folder, may_be_prefix=False)):
            raise ValidationError(f"The query parameter prefix {wrong}.", fields=[("prefix", wrong)])
        found = (_flat if asked.flat else _level)(self.glances[name], folder, asked)
        return {
            "objects": [self._shown(info) for info in found.objects],
            "folders": found.folders,
            "next_after": found.next_after,
        }

    def demand_place(self, principal: Principal, name: str, path: str) -> None:
        """
        Return if the customer may put an object there; before its bytes are read.

        Raises:
            AccessDenied: scope, or a bucket that the customer may not write to.
            ValidationError: there is no such bucket; the path can be no object's.
        """
        self.policy.demand(principal, Scope.JOBS_WRITE)
        self._demand(principal, name, "write")
        if wrong := problem(path, may_be_prefix=False):
            raise ValidationError(f"The path {wrong}.", fields=[("path", wrong)])

    def put(self, principal: Principal, name: str, path: str, value: Bytes, request_id: str) -> dict[str, Any]:
        """
        The object that is there now: these bytes, new or as before.

        Raises:
            ObjectExists: another stands there. Else as `demand_place`.
        """
        self.demand_place(principal, name, path)
        was_there = exists(self.stores[name], path)
        if not self.stores[name].create(path, value):
            raise ObjectExists(f"Another object stands at '{path}' in bucket '{name}'.")
        if not was_there:
            self.audit.note(principal.by(request_id), Action.OBJECT_CREATE, f"{name}/{path}")
        return {"bucket": name, "path": path, "size_bytes": len(value), "sha256": sha256(value).hexdigest()}

    def _shown(self, info: ObjectInfo) -> dict[str, Any]:
        return {**vars(info), "format": self.endings(info.path)[0]}

    def _may(self, principal: Principal, name: str) -> dict[str, bool]:
        return {
            "read": self.policy.may_use_bucket(principal, name, "read"),
            "write": self.policy.may_use_bucket(principal, name, "write"),
        }

    def _demand(self, principal: Principal, name: str, way: Direction) -> None:
        if not self.policy.knows_bucket(name):
            raise ValidationError("There is no such bucket.", hint="GET /api/v2/buckets lists what there is.")
        self.policy.demand_bucket(principal, name, way)


@dataclass(frozen=True)
class _Page:
    """Some paths of a listing, in order: objects, and folders apart."""

    objects: Sequence[ObjectInfo]
    folders: Sequence[str]
    next_after: str | None


def _flat(bucket: Bucket, folder: str, asked: Listing) -> _Page:
    found = bucket.page(folder, asked.after, asked.limit + 1)
    if any(is_ours(info.path) for info in found):  # they lie together, in one place of the order
        before = [info for info in found if info.path < OURS and not is_ours(info.path)]
        found = before + bucket.page(folder, max(asked.after, _BEHIND_OURS), asked.limit + 1)
    return _page({info.path: info for info in found}, [info.path for info in found], asked.limit)


def _level(bucket: Bucket, folder: str, asked: Listing) -> _Page:
    level = bucket.level(folder)
    objects = {info.path: info for info in level.objects}
    paths = sorted(path for path in (*objects, *level.folders) if path > asked.after and not is_ours(path))
    return _page(objects, paths, asked.limit)


def _page(objects: Mapping[str, ObjectInfo], paths: Sequence[str], limit: int) -> _Page:
    """The first of some paths: what is no object is a folder."""
    shown = paths[:limit]
    return _Page(
        [objects[path] for path in shown if path in objects],
        [path for path in shown if path not in objects],
        shown[-1] if len(paths) > limit else None,
    )
