"""Which addresses may be reached."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.errors import SettingsError
from lookalike.net.addresses import allowed, is_global, is_odd_literal, literal, refusal

NOTHING = allowed(())


@pytest.mark.parametrize("text", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "2002:808:808::1", "1.1.1.1"])
def test_global_addresses_may_be_reached(text: str) -> None:
    """Addresses of single machines of the open internet."""
    assert is_global(ip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",
        "0.1.2.3",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "168.63.129.16",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::808:808",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:7f00:1::1",
        "2002:a00:1::1",
        "2002:c0a8:101::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "2606:4700::1111%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_other_addresses_may_not(text: str) -> None:
    """Private, local, shared, reserved, multicast, documentation and transition addresses."""
    assert not is_global(ip_address(text))


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0x7f000001", "1.2.3.4.5", "256.1.1.1", "a.0x10", "127.0.0.1."],
)
def test_odd_spellings_are_seen(host: str) -> None:
    """What a resolver would take for an IPv4 address, but is not four decimal numbers."""
    assert is_odd_literal(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "::1", "example.com", "1.example", "0x7f.example", "a1", "3com"])
def test_usual_spellings_are_not_odd(host: str) -> None:
    """Names and usual spellings."""
    assert not is_odd_literal(host)


def test_every_address_of_a_host_must_do() -> None:
    """One private address among global ones refuses the host; none at all too; the reason tells no address."""
    assert refusal("h", ["8.8.8.8"], NOTHING) is None
    assert "not global" in str(refusal("h", ["8.8.8.8", "10.0.0.1"], NOTHING))
    assert "does not resolve" in str(refusal("h", [], NOTHING))
    assert "does not resolve" in str(refusal("h", ["8.8.8.8", "nonsense"], NOTHING))


def test_operators_allow_hosts_and_networks() -> None:
    """An allowed host may stand for anything; an allowed network for its addresses only."""
    allow = allowed(("Inner.example", "10.0.0.0/8", "::1"))

    assert refusal("inner.example", ["192.168.0.1"], allow) is None
    assert refusal("other", ["10.9.9.9"], allow) is None
    assert refusal("::1", ["::1"], allow) is None
    assert refusal("other", ["192.168.0.1"], allow) is not None
    assert refusal("other", ["::ffff:10.0.0.1"], allow) is not None


@pytest.mark.parametrize("entry", ["", "*", "a b", "http://x", "10.0.0.0/33", "10.0.0.1/8", "2130706433"])
def test_nonsense_in_the_setting_is_an_error(entry: str) -> None:
    """An entry that is no host, address or network stops the service at its start."""
    with pytest.raises(SettingsError, match=r"webhooks\.allow"):
        allowed((entry,))


@given(st.ip_addresses(v=4))
def test_no_disguise_makes_an_address_reachable(inner: object) -> None:
    """An IPv4 address that may not be reached may not be reached inside IPv6 either, in no transition form."""
    packed = int(inner)  # type: ignore[call-overload]
    forms = [f"::ffff:{inner}", f"64:ff9b::{inner}", f"::{inner}", f"2002:{packed >> 16:x}:{packed & 0xFFFF:x}::1"]

    assert is_global(literal(str(inner))) or not any(is_global(ip_address(form)) for form in forms)  # type: ignore[arg-type]
