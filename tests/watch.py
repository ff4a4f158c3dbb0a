"""Somebody reads every log record of the whole test run, at DEBUG, and looks for what must never be there.

The law: ids and steps, never words, names or tokens. Every phone of the emulator carries the planted surname,
and the token that every bot under test uses is known.
"""

import logging

NEEDLES = {
    "a bot token": "TEST-not-a-secret-0123456789abcdef",
    "a person's name": "Quorvandel",
    "a person's username": "quorvandel_",
    "what a person typed": "xanthippe wrote this",
    "an answer's label": "Zwirbeltaste",
}


class Watch(logging.Handler):
    """Keeps where a needle was found; never the record itself."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.found: list[str] = []
        self.records = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Look over one record, its arguments and its traceback."""
        self.records += 1
        text = self.format(record)
        for what, needle in NEEDLES.items():
            if needle in text:
                self.found.append(f"{what} in a record of {record.name} ({record.filename}:{record.lineno})")


def watch_logs() -> Watch:
    """Begin to read along with everything that is logged through the standard library."""
    watch = Watch()
    watch.setFormatter(logging.Formatter("%(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(watch)
    root.setLevel(logging.DEBUG)
    return watch
