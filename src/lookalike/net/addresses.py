"""Which addresses the service may be made to reach: global ones, and those an operator allows by name or network."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from lookalike.errors import SettingsError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# A host whose last label is a number is an IPv4 address in some spelling (WHATWG URL, "ends in a number"): resolvers
# take 2130706433, 0x7f.1 and 0177.0.0.1 for 127.0.0.1, a check that reads them as names does not.
_NUMBER_LAST = re.compile(r"(?:^|\.)(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?$")

# Global by registration or by Python's older tables, yet a way into a private network or a machine's own services.
_NEVER = tuple(
    ip_network(text)
    for text in (
        "64:ff9b::/96",  # NAT64, RFC 6052: an IPv4 address of the translator's choice of network
        "64:ff9b:1::/48",  # NAT64 for local use, RFC 8215
        "::/96",  # IPv4-compatible, deprecated by RFC 4291
        "::ffff:0:0/96",  # IPv4-mapped: an IPv4 address in disguise
        "2001::/23",  # IETF protocol assignments, Teredo (RFC 4380) among them
        "fec0::/10",  # site-local, deprecated by RFC 3879
        "0.0.0.0/8",  # this network
        "192.0.0.0/24",  # IETF protocol assignments
        "192.88.99.0/24",  # 6to4 relay anycast, RFC 7526
        "168.63.129.16/32",  # Azure's virtual public address of the host, metadata and keys
    )
)


@dataclass(frozen=True)
class Allowed:
    """What an operator allows beside global addresses: host names (lower case) and networks."""

    hosts: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()


def allowed(entries: Sequence[str]) -> Allowed:
    """
    The setting `webhooks.allow`, read: what parses as an address or network is one, the rest are host names.

    Raises:
        SettingsError: an entry that is neither.
    """
    networks = [network for network in map(_network, entries) if network is not None]
    hosts = frozenset(entry.lower() for entry in entries if _network(entry) is None)
    for host in hosts:
        if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", host) or is_odd_literal(host):
            raise SettingsError(f"Setting 'webhooks.allow' holds '{host}', which is no host name, address or network.")
    return Allowed(hosts, tuple(networks))


def may_reach(host: str, address: Address, allow: Allowed) -> bool:
    """True if `address`, which `host` stands for, is global or allowed; both as `literal` and a resolver give them."""
    if host in allow.hosts or any(address in network for network in allow.networks):
        return True
    return is_global(address)


def is_global(address: Address) -> bool:
    """
    True if an address belongs to one machine of the open internet.

    False for private, loopback, link-local, CGNAT, multicast, reserved and unspecified ones, for those with a zone, and
    for transition addresses (IPv4-mapped, NAT64, Teredo; 6to4 around an address that is not global).
    """
    if any(address in network for network in _NEVER):
        return False
    if isinstance(address, IPv6Address):
        inner = address.sixtofour
        if address.scope_id is not None or address.is_site_local or (inner is not None and not is_global(inner)):
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_private)


def literal(host: str) -> Address | None:
    """The address a host is written as, in its usual spelling and without brackets; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_odd_literal(host: str) -> bool:
    """True for an IPv4 address in a spelling other than four decimal numbers, e.g. ``0x7f.1``."""
    return literal(host) is None and _NUMBER_LAST.search(host) is not None


def refusal(host: str, addresses: Collection[str], allow: Allowed) -> str | None:
    """
    Why a host may not be reached, None if it may: every one of its addresses must be global or allowed.

    The sentence does not tell the addresses: who asks from outside need not learn what names mean in here.
    """
    found = [literal(address) for address in addresses]
    if not found or None in found:
        return "does not resolve to an address"
    if all(may_reach(host, address, allow) for address in found if address is not None):
        return None
    return "stands for an address that is not global"


def _network(entry: str) -> Network | None:
    try:
        return ip_network(entry)
    except ValueError:
        return None
