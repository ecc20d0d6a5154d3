"""Kernels compiled ahead, beside the service."""

import logging
import os
import sys
import threading
from pathlib import Path

import pytest

from lookalike.wiring.warming import warming


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "warming"]


def test_nothing_is_left_of_it_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """Warming begins at once, holds up nobody, and is given up without a word when the service ends before."""
    with caplog.at_level(logging.WARNING), warming(os.environ):
        during = threads()

    assert ["warming"] == during
    assert [] == threads()
    assert [] == caplog.records


def test_failure_is_logged(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """If kernels cannot be compiled ahead, the log says so, and the service goes on."""
    failing = tmp_path / "python"
    failing.write_text("#!/bin/sh\nexit 3\n")
    failing.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(failing))
    with caplog.at_level(logging.WARNING), warming(os.environ):
        for thread in threading.enumerate():
            if thread.name == "warming":
                thread.join()

    assert ["lookalike.warming"] == [record.name for record in caplog.records]
