"""How the deliveries stand, as numbers for health and monitoring."""

from dataclasses import dataclass

OVERDUE_S = 60.0  # a webhook that has something due is not left alone for so long, unless there is a backlog


@dataclass(frozen=True)
class DeliveryStanding:
    """
    One look at all that is to be delivered.

    Attributes:
        pending: Deliveries that are not over: due, under way, or to be tried again.
        overdue_s: For how long the webhook that has waited longest has had something due while nothing was tried; 0 if
            none waits. A receiver that is slow does not count: it is being tried.
    """

    pending: int
    overdue_s: float
