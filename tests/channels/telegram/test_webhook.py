"""Being called by Telegram, over real HTTP."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.channels.telegram import called, webhook
from bot.channels.telegram.webhook import HEADER, MOST_BYTES
from bot.conversation.replies import Turn
from bot.errors import StoreUnavailable
from bot.storage.memory import MemoryStore
from bot.storage.store import Outcome, Saved
from bot.turns import Desk
from tests.channels.telegram.bot import answer, desk_on, enter, running, session_of
from tests.channels.telegram.hooked import SECRET, Hooked, hooked
from tests.emulator import Clock, Emulator, Phone
from tests.emulator.webhook import Called, call


@pytest.fixture
async def hook(telegram: Emulator, desk: Desk) -> AsyncIterator[Hooked]:
    async with hooked(telegram, desk) as hook:
        await telegram.until(lambda: telegram.world.webhook.settings, "the webhook was set")
        yield hook


async def post(hook: Hooked, body: bytes, **headers: str) -> tuple[int, str | None]:
    """Call the bot as somebody would; its status, and when to come again."""
    given = {HEADER: SECRET, **headers}
    async with aiohttp.ClientSession() as session, session.post(hook.url, data=body, headers=given) as answer:
        assert await answer.read() == b""
        return answer.status, answer.headers.get("Retry-After")


class TestAnInterview:
    @pytest.mark.usefixtures("hook")
    async def test_goes_on_as_with_polling(self, telegram: Emulator, ana: Phone) -> None:
        await enter(ana)
        await answer(ana, 1, 2)
        await ana.sees("2 of 25")
        await telegram.quiet()
        statuses = {attempt.status for attempt in telegram.world.webhook.attempts}
        assert statuses == {200}


class TestACall:
    @pytest.mark.parametrize("said", ["", "wrong", SECRET[:-1], SECRET + "x", "ü"])
    async def test_without_the_secret_is_refused_unread(self, hook: Hooked, desk: Desk, said: str) -> None:
        assert (await post(hook, b'{"update_id": 1}', **{HEADER: said}))[0] == 403
        assert await desk.store.note("tg:1", desk.clock())

    async def test_with_too_much_is_refused(self, hook: Hooked) -> None:
        assert (await post(hook, b" " * (MOST_BYTES + 1)))[0] == 413

    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"update_id": "1"}', b"\xff", b'"x"'])
    async def test_with_garbage_is_parked_and_does_not_come_again(
        self, hook: Hooked, store: MemoryStore, body: bytes
    ) -> None:
        assert (await post(hook, body))[0] == 200
        (parked,) = store._parked.values()
        assert (parked.kind, parked.fields, parked.error) == ("?", (), "NoUpdate")

    async def test_with_an_update_of_another_shape_is_parked_by_its_number(
        self, hook: Hooked, store: MemoryStore
    ) -> None:
        assert (await post(hook, b'{"update_id": 7, "message": {"text": 3}}'))[0] == 200
        assert list(store._parked) == ["tg:7"]

    async def test_twice_at_once_is_one_turn(self, hook: Hooked, desk: Desk) -> None:
        body = b'{"update_id": 9, "poll": {}}'
        assert set(await asyncio.gather(post(hook, body), post(hook, body))) == {(200, None)}
        assert not await desk.store.note("tg:9", desk.clock())

    async def test_is_put_off_before_and_after_the_bot_is_there(self, hook: Hooked) -> None:
        await hook.webhook.close(within=1)
        assert await post(hook, b'{"update_id": 1}') == (503, "2")

    async def test_is_put_off_where_too_many_wait(
        self, hook: Hooked, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(webhook, "MOST_WAITING", 0)
        assert await post(hook, b'{"update_id": 1}') == (503, "2")


class Away(MemoryStore):
    """A store that can be away."""

    away = False

    async def save(self, saved: Saved, turn: Turn, key: str, **given: Any) -> Outcome:
        """Store a turn, or not."""
        if self.away:
            raise StoreUnavailable("planted")
        return await super().save(saved, turn, key, **given)


class TestAStoreThatIsAway:
    @pytest.fixture
    def store(self) -> Away:
        return Away()

    @pytest.mark.usefixtures("hook")
    async def test_makes_telegram_deliver_again_and_everything_happens_once(
        self, telegram: Emulator, ana: Phone, store: Away, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(webhook, "PATIENCE", 0.05)
        monkeypatch.setattr(webhook, "LATER", {"Retry-After": "0"})
        await enter(ana)
        store.away = True
        await answer(ana, 1, 2)
        attempts = telegram.world.webhook.attempts
        while not any(one.status == 503 for one in attempts):  # noqa: ASYNC110 - no bell rings for a refusal
            await asyncio.sleep(0.02)
        store.away = False
        await ana.sees("2 of 25")
        await telegram.quiet()
        (kept,) = store._sessions.values()
        assert [answer.edits for answer in kept.session.answers.values()] == [0]
        assert kept.turn == len(kept.events)


class TestSwitching:
    @pytest.mark.slow
    async def test_between_polling_and_webhook_loses_nothing(
        self, telegram: Emulator, desk: Desk, ana: Phone, clock: Clock
    ) -> None:
        """Each tap is made while nobody receives."""
        async with running(telegram, desk):
            await enter(ana)
        await answer(ana, 1, 0)
        clock.advance(2)
        async with hooked(telegram, desk):
            await ana.sees("2 of 25")
            await telegram.quiet()
        await answer(ana, 2, 0)
        clock.advance(2)
        async with running(telegram, desk) as bot:
            await ana.sees("3 of 25")
            await telegram.quiet()
            session = await session_of(bot, ana)
        assert session is not None
        assert [answer.edits for answer in session.answers.values()] == [0, 0]


class TestDeafness:
    async def test_is_noticed_also_after_a_very_short_life(
        self, telegram: Emulator, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Found by kills: who was called for two seconds before an outage wasn't known to have been there."""
        monkeypatch.setattr(called, "SETTLED_AFTER", 3600)
        async with hooked(telegram, desk), asyncio.timeout(10):
            while await desk.store.recall("heard_at") is None:  # noqa: ASYNC110 - the store rings no bell
                await asyncio.sleep(0.01)

    @pytest.mark.slow
    async def test_of_all_workers_is_made_good_once(
        self, telegram: Emulator, desk: Desk, ana: Phone, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who was in the middle of something when nobody was there sees it again, below."""
        monkeypatch.setattr(called, "SETTLED_AFTER", 0.1)
        async with hooked(telegram, desk):
            await enter(ana)
            await telegram.quiet()
        shown = len(ana.visible)
        clock.advance(600)
        async with hooked(telegram, desk), hooked(telegram, await desk_on(desk.store, clock)):
            await telegram.until(lambda: len(ana.visible) > shown, "asked again")
            await telegram.quiet(0.5)
        assert len(ana.visible) == shown + 1

    @pytest.mark.slow
    async def test_of_an_address_that_leads_nowhere_is_made_good(
        self, telegram: Emulator, desk: Desk, ana: Phone, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Found by kills: workers that are at work and aren't reached took themselves for heard."""
        monkeypatch.setattr(called, "SETTLED_AFTER", 0.1)
        monkeypatch.setattr(called, "REMEMBER_EVERY", timedelta(seconds=0.5))
        async with hooked(telegram, desk):
            await enter(ana)
            await telegram.quiet()
            telegram.world.webhook.call = _lost
            await answer(ana, 1, 0)
            await telegram.world.webhook.attempted.until(
                lambda: telegram.world.webhook.attempts[-1].status == 502, seconds=10, explain=str
            )
            shown = len(ana.visible)
            clock.advance(600)  # Telegram drops the tap
            telegram.world.webhook.call = call
            await telegram.until(lambda: len(ana.visible) > shown, "asked again")
            await telegram.quiet()
        assert len(ana.visible) == shown + 1


async def _lost(*_: object) -> Called:
    """Get no further than to a proxy that doesn't find us."""
    return Called(502, "Bad gateway")
