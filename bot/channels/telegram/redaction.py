"""No bot token in any log, whoever writes it.

Law: whoever has the token is the bot. HTTP clients log addresses, and the token stands in every one of
Telegram's. So records are cleaned when they are made, before any handler sees them, and the chatty
libraries stay at WARNING: at DEBUG they write down whole messages and whole rows.
"""

import logging
import re
import traceback
from collections.abc import MutableMapping
from typing import Any, Final

TOKEN: Final = re.compile(r"\d+:[\w-]{30,}", re.ASCII)
HIDDEN: Final = "<token>"
CHATTY: Final = (
    "httpx",
    "httpcore",
    "telegram",
    "aiohttp",
    "hpack",
    "urllib3",  # addresses, whole messages
    "aiosqlite",
    "sqlalchemy",
    "asyncpg",
    "alembic",  # statements with what is stored
)


def redact(text: str) -> str:
    """Return a text without anything that looks like a bot token."""
    return TOKEN.sub(HIDDEN, text)


def redact_event(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Clean every text of a structlog event; a processor."""
    for field, value in event.items():
        if isinstance(value, str):
            event[field] = redact(value)
    return event


class CleanRecord(logging.LogRecord):
    """A log record whose message and traceback hold no token."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        message = _said(self)
        if TOKEN.search(message):
            self.msg, self.args = redact(message), None
        if self.exc_info and self.exc_info[0]:
            told = "".join(traceback.format_exception(*self.exc_info)).rstrip()
            if TOKEN.search(told):
                self.exc_text = redact(told)  # what formatters use instead of the exception itself
                self.exc_info = (RuntimeError, RuntimeError(HIDDEN), None)


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # wrong arguments are for the handler to complain about
        return f"{record.msg} {record.args}"


def guard_logs() -> None:
    """Make every log record of this process a clean one."""
    for name in CHATTY:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
    if logging.getLogRecordFactory() is not CleanRecord:
        logging.setLogRecordFactory(CleanRecord)
