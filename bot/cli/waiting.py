"""What slow commands share: a progress bar, and a word about an extra that isn't installed."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.errors import OperatorError

PATIENCE_S = 1.0  # a progress bar appears where it takes longer
EXTRA = 'pip install ".[research]"'


@contextmanager
def research_extra() -> Iterator[None]:
    """Say in one sentence what is missing where the extra isn't installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "bot").partition(".")[0] == "bot":
            raise
        raise OperatorError(
            f"This command needs {error.name}, which isn't installed.", remedy=f"Install it with: {EXTRA}"
        ) from None


@contextmanager
def bar(doing: str) -> Iterator[Callable[[int, int], None]]:
    """Give something to tell the progress to; it becomes a bar where somebody has to wait for it."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console  # noqa: PLC0415 - a pipe needs no bar
    from rich.progress import Progress  # noqa: PLC0415 - the same

    began = time.monotonic()
    with Progress(console=Console(stderr=True), transient=True, disable=False) as shown:
        task = shown.add_task(doing, visible=False)

        def progress(done: int, of: int) -> None:
            waited = time.monotonic() - began > PATIENCE_S
            shown.update(task, completed=done, total=of, visible=waited)

        yield progress
