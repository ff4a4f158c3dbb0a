"""Waiting for something to become true, without a fixed sleep."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")


class Changes:
    """Wakes whoever waits for a condition each time something has changed."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def notify(self) -> None:
        """Something has changed: conditions are worth another look."""
        for event in self._waiting:
            event.set()

    async def until(
        self,
        condition: Callable[[], Found | None],
        *,
        seconds: float,
        explain: Callable[[], str],
    ) -> Found:
        """The first truthy value of the condition.

        Raises:
            AssertionError: with `explain()` as its text, when it stays false for so many real seconds.
        """
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(seconds):
                while not (found := condition()):
                    event.clear()
                    await event.wait()
                return found
        except TimeoutError:
            raise AssertionError(explain()) from None
        finally:
            self._waiting.discard(event)
