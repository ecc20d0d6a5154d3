"""Whether a host may be reached, and at which addresses: decided here and nowhere else."""

from dataclasses import dataclass
from typing import Protocol

from lookalike.net.addresses import Allowed, is_global, literal, refusal
from lookalike.net.resolver import Resolve


class Refused(Exception):
    """The host may not be reached; the message is a phrase that goes on from its name, without addresses."""


class Reaching(Protocol):
    """Decides where a connection may lead."""

    def addresses(self, host: str) -> tuple[str, ...]:
        """See `Reach.addresses`."""


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
        found = _found(host, self.resolve)
        reason = refusal(host, found, self.allow)
        if reason is not None:
            raise Refused(reason)
        return found


@dataclass(frozen=True)
class OnlyTo:
    """
    One host that the operator named in the settings.

    It may stand for this machine or one of a private network, where language models mostly are: a customer names no
    host, so there is nobody to be kept from them. Without TLS it may stand for such addresses only.
    """

    host: str
    tls: bool
    resolve: Resolve

    def addresses(self, host: str) -> tuple[str, ...]:
        """See `Reach.addresses`."""
        if host != self.host:
            raise Refused("is not the one that the settings name")
        found = _found(host, self.resolve)
        own = [address for address in map(literal, found) if address is not None]
        if not own or len(own) < len(found):
            raise Refused("does not resolve to an address")
        if not self.tls and any(map(is_global, own)):
            raise Refused("is on the open internet and not spoken to over TLS")
        return found


def _found(host: str, resolve: Resolve) -> tuple[str, ...]:
    try:
        return (host,) if literal(host) is not None else resolve(host)
    except OSError:
        return ()
