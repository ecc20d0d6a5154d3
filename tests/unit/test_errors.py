"""The tree of errors: each can be told to someone."""

import inspect
import re

import pytest

from lookalike import errors
from lookalike.errors import LookalikeError, ValidationError, details

ALL = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, LookalikeError)]


@pytest.mark.parametrize("kind", ALL)
def test_every_error_can_be_told(kind: type[LookalikeError]) -> None:
    """An error has a code in capitals, an HTTP status of a failure, a verdict, and a docstring that says when."""

    assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", kind.code)
    assert 400 <= kind.status < 600
    assert isinstance(kind.retryable, bool)
    assert kind.__doc__


def test_text_is_message_and_hint() -> None:
    """As text an error is its message and what to do; a hint of its own takes the place of the kind's."""

    assert "Wrong. Do it." == str(errors.InputInvalid("Wrong.", hint="Do it."))
    assert errors.InputInvalid.hint == errors.InputInvalid("Wrong.").hint
    assert "Wrong." == str(errors.UsageError("Wrong."))


def test_an_extra_is_named() -> None:
    """A missing extra says what needs it and how to install it."""

    assert "pip install 'lookalike[pandas]'" in str(errors.ExtraMissing("This", "pandas"))


def test_details_are_the_fields_at_fault() -> None:
    """Fields of a validation stand in the details; other errors have none."""
    error = ValidationError("x", fields=[("a.b", "is wrong")])

    assert {"errors": [{"field": "a.b", "message": "is wrong"}]} == details(error)
    assert {} == details(ValidationError("x"))
    assert {} == details(errors.JobNotFound("x"))


def test_codes_of_jobs_are_their_own() -> None:
    """No two ways a job may fail share a code."""
    codes = [kind.code for kind in ALL if issubclass(kind, errors.JobError) and kind is not errors.JobError]

    assert len(codes) == len(set(codes))
