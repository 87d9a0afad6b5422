"""Structured logs: one line an event, with the ids that lead from a line to its request or run."""

import logging
import sys
from collections.abc import Callable

import structlog

from studio.core.redact import Redactor
from studio.core.settings import Settings

_redactor = Redactor()


def configure(settings: Settings, request_id: Callable[[], str | None] = lambda: None) -> None:
    """Set up structlog for this process. `request_id` names the request under way; None outside of one."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if settings.json_logs
        else structlog.dev.ConsoleRenderer(
            colors=False,
            exception_formatter=structlog.dev.plain_traceback,  # the rich one prints local values: payloads, secrets
        )
    )
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        _identified(request_id),
        _redacted,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *([structlog.processors.format_exc_info] if settings.json_logs else []),
    ]
    _take_in_libraries(shared, renderer)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
        ),
        logger_factory=_to_stderr,
        cache_logger_on_first_use=False,
    )


def _to_stderr(*_arguments: object) -> structlog.typing.WrappedLogger:
    """Standard output belongs to what a command answers: an exported file, one JSON object a line."""
    return structlog.PrintLogger(sys.stderr)


class _Lines(logging.Handler):
    """Writes where structlog's own lines go."""

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:  # noqa: BLE001 - a handler reports, it never raises into what was logged
            self.handleError(record)


def _take_in_libraries(shared: list[structlog.types.Processor], renderer: structlog.types.Processor) -> None:
    """What Dramatiq, SQLAlchemy and others warn of goes through the same chain: one form, one redaction."""
    lines = _Lines(logging.WARNING)
    lines.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [*(handler for handler in root.handlers if not isinstance(handler, _Lines)), lines]


def _identified(request_id: Callable[[], str | None]) -> structlog.types.Processor:
    def identified(_logger: object, _method: str, entry: structlog.types.EventDict) -> structlog.types.EventDict:
        found = request_id()
        if found is not None:
            entry.setdefault("request_id", found)
        return entry

    return identified


def _redacted(_logger: object, _method: str, entry: structlog.types.EventDict) -> structlog.types.EventDict:
    """A log line that somebody hands a whole request or config to must not keep its secrets."""
    redacted: structlog.types.EventDict = _redactor.json(entry)
    return redacted
