"""Who is asking and what they may do: tokens, keys, scopes, rights to buckets and projects."""

from dataclasses import dataclass
from typing import Protocol

from lookalike.audit import By


@dataclass(frozen=True)
class Principal:
    """
    Who a good token speaks for.

    Attributes:
        customer_id: Whose jobs, webhooks and buckets.
        subject: Which person or program of the customer.
        scopes: What the token is limited to; None if it names no scopes.
        projects: The only projects it may touch; None for all.
    """

    customer_id: str
    subject: str
    scopes: frozenset[str] | None = None
    projects: frozenset[str] | None = None

    def by(self, request_id: str) -> By:
        """What the audit trail is told of whom a change is made for."""
        return By(self.customer_id, self.subject, request_id)


class Verifier(Protocol):
    """Tells good tokens from bad ones."""

    def verify(self, token: str) -> Principal:
        """
        Whom the token speaks for.

        Raises:
            Unauthorized: says what is wrong with it, never what it is.
        """
