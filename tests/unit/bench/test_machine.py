"""What the figures were taken on."""

import platform

import pytest
from bench.measuring.machine import machine, processor

KERNEL = "processor\t: 0\ncpu family\t: 25\nmodel\t\t: 17\nmodel name\t: Some Chip\nstepping\t: 1\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (KERNEL * 2, "Some Chip (family 25, model 17)"),
        ("model name: Other Chip\n", "Other Chip (family ?, model ?)"),
        ("", platform.processor() or "unknown processor"),
    ],
)
def test_processors_are_named_by_family(words: str, told: str) -> None:
    """Name, family and model are found in the kernel's words, or said to be unknown."""
    assert told == processor(words)


def test_no_host_is_named() -> None:
    """Cores and memory are told, the machine's name is not."""
    assert " cores, " in machine()
    assert platform.node() not in machine().split()
