"""Group commit: everybody who waits shares one transaction, and with it one wait for the disk.

Law: nobody is answered before the commit is on disk. An operation that fails by a fault of its own fails
alone; when the disk says no, everybody who waited hears it, and nothing was stored.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from bot.errors import StoreUnavailable
from bot.metrics import METRICS
from bot.storage.operations import Call, Operation

MOST = 500  # operations in one commit
DELAY = 0.05  # seconds that an operation nobody waits for may lie, so that it joins a commit of others
RETRY = 1.0  # seconds until such an operation is tried again when the disk said no


@dataclass(slots=True, eq=False)
class _Waiting:
    operation: Operation
    answer: asyncio.Future[object] | None


class GroupCommit:
    """The one writer of a process: a queue, and a task that empties it into commits."""

    def __init__(
        self,
        commit: Callable[[Sequence[Operation]], Awaitable[list[object]]],
        *,
        settled: Callable[[Operation, object], None],
        rest: Callable[[], Awaitable[None]],
        rest_after: float,
    ) -> None:
        """Start the task.

        `commit` returns an answer or an exception for each operation; `settled` hears of each before
        whoever waits does; `rest` is awaited whenever nothing was asked for a while.
        """
        self._commit = commit
        self._settled = settled
        self._rest = rest
        self._rest_after = rest_after
        self._waiting: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._run(), name="storage: group commit")

    async def submit(self, operation: Operation) -> object:
        """Wait until an operation is on disk; return its answer."""
        if self._closing:
            raise StoreUnavailable("The store is closed.")
        answer: asyncio.Future[object] = self._loop.create_future()
        self._waiting.append(_Waiting(operation, answer))
        self._wake.set()
        return await answer

    def later(self, operation: Operation) -> None:
        """Let an operation join a commit soon; nobody waits for it."""
        self._waiting.append(_Waiting(operation, None))
        self._loop.call_later(DELAY, self._wake.set)

    async def flush(self) -> None:
        """Wait until everything said so far is on disk."""
        await self.submit(Call(lambda _: None))

    async def close(self) -> None:
        """Commit what waits, then end the task."""
        self._closing = True
        self._wake.set()
        await self._task

    # ------------------------------------------------------------ the task

    async def _run(self) -> None:
        rested = True
        while not (self._closing and not self._waiting):
            if await self._woken(None if rested else self._rest_after):
                await self._commit_waiting()
                rested = False
            else:
                await self._rest()
                rested = True

    async def _woken(self, within: float | None) -> bool:
        """Wait to be woken; False where nothing was asked for a while."""
        try:
            async with asyncio.timeout(within):
                await self._wake.wait()
        except TimeoutError:
            return False
        self._wake.clear()
        return True

    async def _commit_waiting(self) -> None:
        while self._waiting:
            some = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
            operations = [one.operation for one in some]
            began = perf_counter()
            answers = await self._commit(operations)
            METRICS.commit_seconds.observe(perf_counter() - began)
            METRICS.commits.observe(len(operations))
            again = [one for one, answer in zip(some, answers, strict=True) if not self._answer(one, answer)]
            if again and not self._closing:
                self._waiting.extendleft(reversed(again))
                self._loop.call_later(RETRY, self._wake.set)
                return

    def _answer(self, one: _Waiting, answer: object) -> bool:
        """Tell whoever waits; False where nobody does and it should be tried again."""
        if one.answer is None and isinstance(answer, StoreUnavailable):
            return False
        self._settled(one.operation, answer)
        if isinstance(answer, Exception):
            self._fail(one, answer)
        elif one.answer is not None and not one.answer.done():
            one.answer.set_result(answer)
        return True

    def _fail(self, one: _Waiting, error: Exception) -> None:
        """Give a fault to whoever waits, or to the loop where nobody does."""
        if one.answer is None:
            message = f"storage: {type(one.operation).__name__} failed"
            self._loop.call_exception_handler({"message": message, "exception": error})
        elif not one.answer.done():
            one.answer.set_exception(error)
