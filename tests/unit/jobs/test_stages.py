from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from lookalike.jobs import stages
from lookalike.jobs.job import STAGES, WEIGHTS, new_stages
from lookalike.jobs.states import StageStatus

NOW = datetime(2026, 1, 2, tzinfo=UTC)
T = StageStatus


def some_way(name, share):
    """All stages before `name` completed, `name` at `share`."""
    now = new_stages()
    for before in STAGES[: STAGES.index(name)]:
        now = stages.ended(stages.started(now, before, NOW), before, T.COMPLETED, NOW)
    return stages.advanced(stages.started(now, name, NOW), name, share)


def statuses(each):
    return [stage.status for stage in each]


@given(st.sampled_from(STAGES), st.floats(0, 1))
def test_overall_progress_is_the_weighted_sum(name, share):
    """Progress is the weights of what is done plus the share of what runs, rounded down, below 100."""
    before = sum(WEIGHTS[each] for each in STAGES[: STAGES.index(name)])

    assert (100 * before + WEIGHTS[name] * int(100 * share)) // 100 == stages.overall(some_way(name, share))
    assert stages.overall(some_way(name, share)) <= 99


@given(st.lists(st.floats(), max_size=10))
def test_a_stage_never_falls_back(shares):
    """Whatever shares are told, odd ones too, a stage's percentage never falls and stays within 0 … 100."""
    now, seen = some_way("fit", 0), []
    for share in shares:
        now = stages.advanced(now, "fit", share)
        seen.append(now[2].progress)

    assert sorted(seen) == seen
    assert all(0 <= percent <= 100 for percent in seen)


def test_only_a_running_stage_advances():
    """A share told of a stage that does not run changes nothing."""
    assert new_stages() == stages.advanced(new_stages(), "fit", 0.5)


def test_a_fresh_start_forgets_later_stages():
    """Starting an early stage again puts the later ones back to pending."""
    again = stages.started(some_way("generate", 0.5), "ingest", NOW)

    assert [T.PROCESSING] + [T.PENDING] * 5 == statuses(again)


def test_how_an_attempt_may_end():
    """What ran is pending, skipped, failed or completed, each way the attempt may end; what never began is skipped."""
    now = some_way("generate", 0.5)
    done = [T.COMPLETED] * 3

    assert [*done, T.PENDING, T.PENDING, T.PENDING] == statuses(stages.interrupted(now))
    assert [*done, T.SKIPPED, T.SKIPPED, T.SKIPPED] == statuses(stages.abandoned(now))
    assert [*done, T.FAILED, T.SKIPPED, T.SKIPPED] == statuses(stages.broken(now, "C", "m", NOW))
    assert [*done, T.COMPLETED, T.SKIPPED, T.SKIPPED] == statuses(stages.crowned(now, NOW))


def test_skipped_stages_count_as_done():
    """A stage left out adds its weight and has no times."""
    skipped = stages.ended(some_way("evaluate", 0), "evaluate", T.SKIPPED, NOW)

    assert stages.overall(skipped) == 95
    assert (skipped[4].start_time, skipped[4].end_time) == (None, None)
