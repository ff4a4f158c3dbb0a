"""Periods are counted without anybody looking."""

import asyncio
import json
from datetime import datetime, timedelta

import pytest

from bot.dashboard.figures.duty import close_now, close_periods
from bot.errors import StoreUnavailable
from bot.storage.memory import MemoryStore
from bot.turns import Desk
from tests.dashboard.figures.test_overview import MONDAY, NOW, ORGANISATION
from tests.journeys.house import KEYS
from tests.journeys.test_journeys import LIBRARY


def a_desk(store: MemoryStore, now: datetime = NOW) -> Desk:
    """Return a desk at a time."""
    return Desk(store, LIBRARY, KEYS, lambda: now)


async def someone_came(store: MemoryStore) -> None:
    """Let it be counted that somebody opened the questions."""
    await store.tally(MONDAY, [f"came:{ORGANISATION}::web:2026-11-02"])


async def test_what_is_over_is_published() -> None:
    store = MemoryStore()
    await someone_came(store)
    await close_now(a_desk(store))
    published = await store.published(ORGANISATION)
    assert "month:2026-11" not in published  # one person is too few for any period
    assert json.loads(published["raw:2026-11-02"])["channel"] == {"web": {"left": 1}}


async def test_what_is_not_over_is_not() -> None:
    store = MemoryStore()
    await someone_came(store)
    await close_now(a_desk(store, MONDAY + timedelta(days=7, hours=23)))
    assert not await store.published(ORGANISATION)


async def test_it_is_tried_again_where_the_store_says_no(monkeypatch: pytest.MonkeyPatch) -> None:
    store, done = MemoryStore(), asyncio.Event()
    await someone_came(store)
    answers = iter([StoreUnavailable("full"), True])

    async def on_duty() -> bool:
        answer = next(answers, None)
        if isinstance(answer, StoreUnavailable):
            raise answer
        if answer is None:
            done.set()
        return bool(answer)

    monkeypatch.setattr(store, "on_duty", on_duty)
    task = asyncio.create_task(close_periods(a_desk(store), at_first=0, each=0))
    await asyncio.wait_for(done.wait(), 30)
    task.cancel()
    assert await store.published(ORGANISATION)


async def test_of_several_processes_one_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    store, asked = MemoryStore(), asyncio.Event()
    await someone_came(store)

    async def on_duty() -> bool:
        asked.set()
        return False

    monkeypatch.setattr(store, "on_duty", on_duty)
    task = asyncio.create_task(close_periods(a_desk(store), at_first=0, each=3600))
    await asyncio.wait_for(asked.wait(), 30)
    await asyncio.sleep(0)
    task.cancel()
    assert not await store.published(ORGANISATION)
