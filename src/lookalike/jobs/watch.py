"""Whether a supervisor that seems to be gone is gone: its leases are looked at twice, by a clock of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lookalike.jobs import Lease


@dataclass
class Watch:
    """
    Leases that are over by the database's clock, and since when each has stood still.

    That clock may be set, by an hour even, while the supervisors that hold the leases are well and renew them. So a
    lease counts as abandoned only when it has also been watched for a while and not once renewed meanwhile.

    Attributes:
        patience_s: How long a lease must stand still; several beats of its holder.
    """

    patience_s: float
    _since: dict[Lease, float] = field(default_factory=dict)

    def abandoned(self, suspects: Sequence[Lease], now: float) -> list[Lease]:
        """Those of the suspects that have stood still for `patience_s`; `now` is a monotonic time in seconds."""
        self._since = {lease: self._since.get(lease, now) for lease in suspects}
        return [lease for lease, since in self._since.items() if now - since >= self.patience_s]
