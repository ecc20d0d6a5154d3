"""Drawings of pairs and of distances: they hold what they were given, and nothing that is markup."""

import re

from lookalike.evaluation.maps import curves, heat

NAMES = ["a", "<b>", "a name of many letters"]
MATRICES = {
    "names": NAMES,
    "real": [[1.0, 0.5, None], [0.5, 1.0, 0.2], [None, 0.2, 1.0]],
    "synthetic": [[1.0, 0.4, None], [0.4, 1.0, 0.4], [None, 0.4, 1.0]],
}


def test_three_maps_side_by_side() -> None:
    """Real, synthetic and the difference, which says what a pair has more or less; what was not drawn is empty."""
    drawn = str(heat(MATRICES))
    difference = drawn.partition('<figure class="difference">')[2]

    assert ["real", "synthetic", "difference"] == re.findall(r'<figure class="(\w+)">', drawn)
    assert 3 * 4 == drawn.count("<title>")
    assert {"less": 2, "more": 2} == {kind: difference.count(f'class="{kind}"') for kind in ("less", "more")}
    assert "a · &lt;b&gt;: -0.10" in difference
    assert 'fill-opacity="0.67"' in difference
    assert "<b>" not in drawn
    assert "a name of many…" in drawn


def test_curves_of_both_sides() -> None:
    """A line for synthetic and one for fresh rows on one scale, which is told; no distance at all is drawn as well."""
    drawn = str(curves({"shares": [0.1, 0.9], "synthetic": [0.5, 2.0], "fresh": [1.0, 4.0]}))

    assert ["fresh", "synthetic"] == re.findall(r'class="curve (\w+)"', drawn)
    assert ">4</text>" in drawn
    assert "52.5,141.2 210,22.8" in drawn
    assert "0,141.2 0,22.8" in str(curves({"shares": [0.1, 0.9], "synthetic": [0.0, 0.0], "fresh": [0.0, 0.0]}))
