"""Whether a host may be reached, and at which addresses: decided here and nowhere else."""

from dataclasses import dataclass

from lookalike.net.addresses import Allowed, literal, refusal
from lookalike.net.resolver import Resolve


class Refused(Exception):
    """The host may not be reached; the message is a phrase that goes on from its name, without addresses."""


@dataclass(frozen=True)
class Reach:
    """What is allowed beside global addresses, and how names are resolved."""

    allow: Allowed
    resolve: Resolve

    def addresses(self, host: str) -> tuple[str, ...]:
        """
        All addresses of a host, each of which may be reached; whoever connects must connect to one of these.

        A name is resolved once here: resolved again, it might mean something else.

        Args:
            host: Lower case, ASCII; an address in its usual spelling, an IPv6 one without brackets.

        Raises:
            Refused: it has no address, or one that may not be reached.
        """
        try:
            found = (host,) if literal(host) is not None else self.resolve(host)
        except OSError:
            found = ()
        reason = refusal(host, found, self.allow)
        if reason is not None:
            raise Refused(reason)
        return found
