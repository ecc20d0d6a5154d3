"""The rules of who may do what, one by one."""

import pytest

from lookalike.access import Principal
from lookalike.access.policy import Policy, Scope
from lookalike.errors import AccessDenied
from lookalike.settings import Bucket, Endpoint

BUCKETS = {
    "open": Bucket(url="file:open"),
    "own": Bucket(url="file:own", read=("a",), write=()),
}
ENDPOINTS = {
    "open": Endpoint(base_url="https://models.test/v1"),
    "own": Endpoint(base_url="https://models.test/v1", customers=("a",)),
}
POLICY = Policy(False, BUCKETS, lambda: ["folder"], ENDPOINTS)


def test_buckets_are_those_of_settings_and_folders() -> None:
    """Known are the named ones and the folders, nothing else."""
    assert [True, True, True, False] == [POLICY.knows_bucket(name) for name in ("open", "own", "folder", "other")]


@pytest.mark.parametrize(
    ("customer", "name", "direction", "may"),
    [
        ("a", "own", "read", True),
        ("a", "own", "write", False),
        ("b", "own", "read", False),
        ("b", "open", "write", True),
        ("b", "folder", "write", True),
    ],
)
def test_rights_to_buckets(customer: str, name: str, direction: str, may: bool) -> None:
    """Read and write are judged apart; ``*`` and folders are everyone's; an empty list is nobody's."""
    if may:
        POLICY.demand_bucket(Principal(customer, "x"), name, direction)  # type: ignore[arg-type]
        return
    with pytest.raises(AccessDenied, match=direction):
        POLICY.demand_bucket(Principal(customer, "x"), name, direction)  # type: ignore[arg-type]


def test_rights_to_endpoints() -> None:
    """One that names its customers is nobody else's."""
    for customer, name in (("a", "own"), ("a", "open"), ("b", "open")):
        POLICY.demand_endpoint(Principal(customer, "x"), name)
    with pytest.raises(AccessDenied, match="'own'"):
        POLICY.demand_endpoint(Principal("b", "x"), "own")


def test_empty_scopes_and_projects_allow_nothing() -> None:
    """An empty scope or projects claim is a limit, not the lack of one."""
    none = Principal("a", "x", frozenset(), frozenset())

    with pytest.raises(AccessDenied):
        POLICY.demand(none, Scope.JOBS_READ)
    with pytest.raises(AccessDenied):
        POLICY.demand_project(none, "p1")
