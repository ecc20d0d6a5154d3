"""What is read of wrk."""

import pytest
from bench.serving import wrk
from bench.serving.service import NotMeasured

TOLD = """Running 5s test @ http://127.0.0.1:8000
  976 requests in 5.01s, 269.73KB read
measured: {"requests": 1000, "duration_us": 5000000, "errors": %d, "p50_us": 4821, "p99_us": 28439}
"""


def test_figures_are_read_from_what_was_told() -> None:
    """Requests a second and milliseconds come from the script's own line."""
    assert wrk.Pace(per_s=200.0, p50_ms=4.821, p99_ms=28.439) == wrk.measured(TOLD % 0)


@pytest.mark.parametrize("told", ["", "unable to connect to 127.0.0.1:1 Connection refused\n", TOLD % 3])
def test_what_failed_is_not_measured(told: str) -> None:
    """A run that did not end, and one of whose requests some failed, give no figure."""
    with pytest.raises(NotMeasured):
        wrk.measured(told)


def test_a_body_keeps_its_signs() -> None:
    """Quotes, backslashes and closing brackets of a body stand in the script as they are."""
    script = wrk.posts("token", "/jobs", {"path": wrk.UNIQUE, "odd": "]] \\n $ %"}, "run/")

    assert '[==[{"path": "UNIQUE", "odd": "]] \\\\n $ %"}]==]' in script
