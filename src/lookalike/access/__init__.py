"""Who is asking and what they may do: tokens, keys, scopes, rights to buckets and projects."""

from dataclasses import dataclass
from typing import Protocol


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


class Verifier(Protocol):
    """Tells good tokens from bad ones."""

    def verify(self, token: str) -> Principal:
        """
        Whom the token speaks for.

        Raises:
            Unauthorized: says what is wrong with it, never what it is.
        """
