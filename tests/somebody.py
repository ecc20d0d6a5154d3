"""Somebody who asks a store for a change, where it does not matter who."""

from dataclasses import replace

from lookalike.audit import By

SOMEBODY = By("ada", "ada@example.com", "a-request")


def somebody_of(customer: str) -> By:
    """Somebody of that customer's."""
    return replace(SOMEBODY, customer_id=customer)
