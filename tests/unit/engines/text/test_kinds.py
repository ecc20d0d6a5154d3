"""What the characters stand for goes into a model and comes out again."""

import json

import numpy as np
import pytest

from lookalike.engines.text.kinds import FIRST, KINDS, LAST, ORDINALS, character, kind_of, load
from lookalike.engines.text.masking import find

TEXTS = ["call 08001234567 or write to a@b.example", "call 08007654321, pay £5 on 01/02/2024"] * 2


def test_characters_and_kinds_belong_together() -> None:
    """Each kind has eight characters of its own, all for private use; later values share the last."""
    masks = [character(kind, ordinal) for kind in KINDS for ordinal in range(ORDINALS)]

    assert len(KINDS) * ORDINALS == len(set(masks))
    assert [kind for kind in KINDS for _ in range(ORDINALS)] == [kind_of(mask) for mask in masks]
    assert all(FIRST <= ord(mask) <= LAST for mask in masks)
    assert character("url", ORDINALS - 1) == character("url", 99)
    assert kind_of(chr(LAST)) is None


def test_a_state_holds_all_but_no_value() -> None:
    """Loaded kinds equal saved ones, and no found value stands in the JSON."""
    kinds = find(TEXTS)[1]
    header, arrays = kinds.state()
    again = load(json.loads(json.dumps(header)), arrays)

    assert kinds.patterns == again.patterns
    assert (header, arrays["known"].tolist()) == (again.state()[0], again.known.tolist())
    assert "08001234567" not in json.dumps(header)


@pytest.mark.parametrize("damage", ["weights", "check", "grow", "slots", "known"])
def test_a_damaged_state_is_refused(damage: str) -> None:
    """Counts, patterns and digests that are none raise a ValueError."""
    header, arrays = find(TEXTS)[1].state()
    spec = header["kinds"]["phone"]
    if damage == "weights":
        spec["weights"] = [0] * len(spec["weights"])
    elif damage == "known":
        arrays = {"known": np.array([2, 1], np.uint64)}
    else:
        spec["patterns"][0][{"slots": 0, "grow": 1, "check": 3}[damage]] = {"slots": [], "grow": -1, "check": "x"}[
            damage
        ]

    with pytest.raises(ValueError):
        load(header, arrays)
