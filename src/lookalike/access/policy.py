"""Who may do what: scopes of tokens, owners, projects, buckets, language models."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from lookalike.access import Principal
from lookalike.errors import AccessDenied
from lookalike.settings import Bucket, Endpoint

ANYONE = "*"
Direction = Literal["read", "write"]


class Scope(StrEnum):
    """What a token can be limited to."""

    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    DATA_READ = "data:read"
    AUDIT_READ = "audit:read"


@dataclass(frozen=True)
class Policy:
    """
    The rules of a service.

    Attributes:
        require_scopes: Refuse tokens that name no scopes, instead of taking them for unlimited.
        buckets: Buckets with the customers who may read and write them.
        folders: Names of the folders that are buckets too, which every customer may use; asked each time.
        endpoints: Servers with language models, with the customers who may ask them.
    """

    require_scopes: bool
    buckets: Mapping[str, Bucket]
    folders: Callable[[], Collection[str]]
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)

    def demand(self, principal: Principal, scope: Scope) -> None:
        """
        Return if the token has the scope.

        Raises:
            AccessDenied: it has not.
        """
        if principal.scopes is None and not self.require_scopes:
            return
        if scope not in (principal.scopes or frozenset()):
            raise AccessDenied(f"The token lacks the scope '{scope}'.", hint=f"Use a token with the scope '{scope}'.")

    def knows_bucket(self, name: str) -> bool:
        """True if there is a bucket of that name, whoever may use it."""
        return name in self.buckets or name in self.folders()

    def may_use_bucket(self, principal: Principal, name: str, direction: Direction) -> bool:
        """True if the customer may read from (write to) a bucket there is; a folder is everyone's."""
        rights = self.buckets.get(name)
        return rights is None or _among(rights.read if direction == "read" else rights.write, principal)

    def demand_bucket(self, principal: Principal, name: str, direction: Direction) -> None:
        """
        Return if the customer may read from (write to) a bucket there is.

        Raises:
            AccessDenied: not this customer.
        """
        if not self.may_use_bucket(principal, name, direction):
            raise AccessDenied(f"You may not {direction} the bucket '{name}'.", hint="Ask the operator for the right.")

    def demand_endpoint(self, principal: Principal, name: str) -> None:
        """
        Return if the customer may have texts written by a server, or there is none of that name.

        Raises:
            AccessDenied: not this customer.
        """
        if name in self.endpoints and not _among(self.endpoints[name].customers, principal):
            raise AccessDenied(f"You may not use the endpoint '{name}'.", hint="Ask the operator for the right.")

    def demand_project(self, principal: Principal, project_id: str) -> None:
        """
        Return if the token may touch the project.

        Raises:
            AccessDenied: it is limited to others.
        """
        if principal.projects is not None and project_id not in principal.projects:
            raise AccessDenied("The token may not use this project_id.", hint="Use a token for this project.")

    def demand_owner(self, principal: Principal, customer_id: str) -> None:
        """
        Return if something of `customer_id` is the principal's.

        Raises:
            AccessDenied: it is another customer's.
        """
        if principal.customer_id != customer_id:
            raise AccessDenied("This belongs to another customer.")


def _among(customers: Collection[str], principal: Principal) -> bool:
    return principal.customer_id in customers or ANYONE in customers
