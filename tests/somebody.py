"""Somebody who asks a store for a change, where it does not matter who."""

from lookalike.audit import By

SOMEBODY = By("ada", "ada@example.com", "a-request")
