"""Structured logs: one line an event, with the ids that lead from a line to its request or run."""

import logging
from contextlib import AbstractContextManager
from uuid import UUID

import structlog

from studio.core import web
from studio.core.redact import Redactor
from studio.core.settings import Settings

_redactor = Redactor()


def configure(settings: Settings) -> None:
    """Set up structlog for this process."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if settings.json_logs
        else structlog.dev.ConsoleRenderer(
            colors=False,
            exception_formatter=structlog.dev.plain_traceback,  # the rich one prints local values: payloads, secrets
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _request_id,
            _redacted,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([structlog.processors.format_exc_info] if settings.json_logs else []),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
        ),
        cache_logger_on_first_use=False,
    )


def _request_id(_logger: object, _method: str, entry: structlog.types.EventDict) -> structlog.types.EventDict:
    request_id = web.request_id()
    if request_id is not None:
        entry.setdefault("request_id", request_id)
    return entry


def _redacted(_logger: object, _method: str, entry: structlog.types.EventDict) -> structlog.types.EventDict:
    """A log line that somebody hands a whole request or config to must not keep its secrets."""
    redacted: structlog.types.EventDict = _redactor.json(entry)
    return redacted


def bound_run(run_id: UUID) -> AbstractContextManager[None]:
    """Every line of the block carries the run's id."""
    return structlog.contextvars.bound_contextvars(run_id=str(run_id))
