"""
Whose turn it is: customers with jobs waiting are served one after another, whoever has how many.

A job that joins the queue is given a turn: the one the queue is at, or the one after its customer's last if that is
later. The lowest turn goes first, among equals the oldest job. So a customer's first job waits for the jobs that are
running and at most one other, not for all that another customer has in the queue.

Source: start-time fair queuing; Goyal, Vin, Cheng, IEEE/ACM Transactions on Networking 5 (5), 1997; jobs cost 1.
"""

import zlib

import sqlalchemy as sa

from lookalike.ledger import statements
from lookalike.ledger.database import Lock


def turn(connection: sa.Connection, customer_id: str) -> int:
    """The turn of a job that a customer now puts into the queue."""
    current, last = statements.current_turn(connection), statements.last_turn(connection, customer_id)
    return current if last is None else max(current, last + 1)


def room(connection: sa.Connection, customer_id: str, running_limit: int) -> bool:
    """
    Whether the customer has fewer than `running_limit` jobs running, and until the transaction ends nobody adds one.

    Resumed jobs go to the queue past the admission, so it is the claim that keeps the limit.
    """
    if connection.dialect.name == "postgresql":
        space, customer = sa.literal(Lock.CUSTOMER.value), sa.literal(_number(customer_id))
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(space, customer)))
    return statements.n_running(connection, customer_id) < running_limit


def _number(customer_id: str) -> int:
    """For PostgreSQL, whose locks have numbers: 32 bits, signed. That two customers share one only makes them wait."""
    return zlib.crc32(customer_id.encode()) - 2**31
