"""How kernels are compiled."""

from typing import Any

import pytest

from lookalike.engines.tabular.compiled import compiled
from lookalike.errors import SettingsError


def test_nowhere_to_keep_machine_code_is_told() -> None:
    """A kernel whose machine code no folder can keep is refused, and the way out named; the twin shows it is that."""
    rooms: dict[str, Any] = {}
    exec("def twice(x):\n    return 2 * x", rooms)  # a function of no file, beside which nothing can be kept

    with pytest.raises(SettingsError, match="kept nowhere") as raised:
        compiled(rooms["twice"])
    assert "NUMBA_CACHE_DIR" in (raised.value.hint or "")
    assert 4 == compiled(twice)(2)


def twice(x: int) -> int:
    """A kernel like it, of a file."""
    return 2 * x
