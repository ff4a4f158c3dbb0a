"""Telegram's time: real time plus whatever a test has let pass at once.

By default it runs, so that real long polls work; a frozen one moves only by `advance`.
"""

import asyncio
import time


class Clock:
    """A clock that can be moved forward; everything that sleeps by it wakes up when it should."""

    def __init__(self, start: float | None = None, *, frozen: bool = False) -> None:
        self._offset = time.time() if start is None else start
        self._frozen = frozen
        self._origin = time.monotonic()
        self._sleepers: set[asyncio.Event] = set()

    def now(self) -> float:
        """Unix time, as this world has it."""
        return self._offset if self._frozen else self._offset + time.monotonic() - self._origin

    def advance(self, seconds: float) -> None:
        """Lets this much time pass at once, and wakes everything that waits for time."""
        if seconds < 0:
            raise ValueError("time only moves forward")
        self._offset += seconds
        for sleeper in self._sleepers:
            sleeper.set()

    async def sleep(self, seconds: float, wake: asyncio.Event | None = None) -> None:
        """Returns when this much time has passed, or as soon as `wake` is set."""
        deadline = self.now() + seconds
        event = asyncio.Event() if wake is None else wake
        self._sleepers.add(event)
        try:
            while self.now() < deadline:
                await self._wait(event, deadline)
                if wake is not None:
                    return
                event.clear()
        finally:
            self._sleepers.discard(event)

    async def _wait(self, event: asyncio.Event, deadline: float) -> None:
        if self._frozen:
            await event.wait()
            return
        try:
            async with asyncio.timeout(deadline - self.now()):
                await event.wait()
        except TimeoutError:
            pass
