"""Logs on stderr, for eyes or for machines, with every bot token hidden."""

import logging
import sys

import structlog
from structlog.typing import Processor

from bot.channels.telegram.redaction import guard_logs, redact, redact_event
from bot.settings import LogFormat, LogLevel


class _Discreet(structlog.stdlib.ProcessorFormatter):
    """Looks over what is about to be written once more."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def configure(level: LogLevel, form: LogFormat) -> None:
    """Send what this program and its libraries log to stderr."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact_event,
    ]
    last: Processor = (
        structlog.processors.JSONRenderer()
        if form is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Discreet(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.value)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.value)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    guard_logs()
