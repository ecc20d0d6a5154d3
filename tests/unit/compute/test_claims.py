"""Numbers that one process of several holds at a time."""

from holding import holder
from lookalike.compute.claims import Claims, shared_file


def test_a_number_is_held_by_one() -> None:
    """What another process holds is not ours; other numbers are, and are not another's while we hold them."""
    fd = shared_file()
    claims = Claims(fd)
    with holder(fd, 3) as (_, first), claims.held(3) as third, claims.held(4) as fourth, holder(fd, 4) as (_, second):
        told = (first, third, fourth, second)
    with holder(fd, 4) as (_, after):
        pass

    assert (True, False, True, False) == told
    assert after


def test_a_process_that_was_killed_holds_nothing() -> None:
    """Kill -9 lets go at once; as long as it lives it holds on."""
    fd = shared_file()
    with holder(fd, 0) as (process, _):
        with Claims(fd).held(0) as while_it_lives:
            pass
        process.kill()
        process.wait()
        with Claims(fd).held(0) as then:
            pass

    assert (False, True) == (while_it_lives, then)


def test_who_shares_with_nobody_holds_all() -> None:
    """Without a file every number is held."""
    with Claims().held(1) as one, Claims().held(1) as again:
        assert one
        assert again
