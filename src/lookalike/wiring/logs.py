"""Logs: one JSON object a line, whichever library wrote it. Code calls `logging`; only this file knows structlog."""

import logging
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from lookalike.clock import timestamp
from lookalike.errors import outline

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor

FIRST = ("timestamp", "level", "logger", "event", "job_id", "epoch", "request_id")
ASIDE = frozenset({"exc_info", "stack_info", "color_message", "_record", "_from_structlog"})  # not for the line

log = logging.getLogger("lookalike")


def log_to(stream: TextIO, about: Mapping[str, str | int]) -> None:
    """
    Write what this process logs to a stream: our own lines from INFO on, those of libraries from WARNING on.

    Warnings of Python and exceptions that nobody caught become lines like all others.

    Args:
        about: Fields of every line, unless the line has its own.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Lines(about))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    log.setLevel(logging.INFO)
    logging.captureWarnings(True)
    sys.excepthook = lambda kind, error, trace: _uncaught(error)
    sys.unraisablehook = lambda told: _uncaught(told.exc_value)
    threading.excepthook = lambda told: _uncaught(told.exc_value)


class _Lines(logging.Formatter):
    """Loads structlog for the first line only: a job that goes well writes none, and should not wait for it."""

    def __init__(self, about: Mapping[str, str | int]) -> None:
        super().__init__()
        self._about = about

    def format(self, record: logging.LogRecord) -> str:
        return self._structlog.format(record)

    @cached_property
    def _structlog(self) -> logging.Formatter:
        from structlog.processors import JSONRenderer
        from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

        chain = (add_logger_name, add_log_level, ExtraAdder(), _with(self._about), _timed, _outlined, _ordered)
        return ProcessorFormatter(processors=[*chain, JSONRenderer()])


def _uncaught(error: BaseException | None) -> None:
    log.critical("an exception was not caught", extra={} if error is None else outline(error))


def _with(about: Mapping[str, str | int]) -> "Processor":
    return lambda logger, method, line: {**about, **line}


def _timed(logger: object, method: str, line: "EventDict") -> "EventDict":
    return {**line, "timestamp": timestamp(datetime.fromtimestamp(line["_record"].created, UTC))}


def _outlined(logger: object, method: str, line: "EventDict") -> "EventDict":
    """The line with an outline in place of a stack trace; below the first line of an event libraries quote more."""
    told = line.get("exc_info")
    error = outline(told[1]) if told and told[1] is not None else {}
    return {**line, **error, "event": line["event"].partition("\n")[0]}


def _ordered(logger: object, method: str, line: "EventDict") -> "EventDict":
    rest = (key for key in line if key not in FIRST and key not in ASIDE)
    return {key: line[key] for key in (*FIRST, *rest) if key in line}
