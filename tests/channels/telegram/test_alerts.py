"""The operator is told in one chat what is wrong, and when it is over."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.channels.telegram.alerts import Alerts, Operator
from bot.channels.telegram.hear import CHANNEL
from bot.channels.telegram.wire import Wire
from bot.errors import StoreUnavailable
from bot.metrics import METRICS
from bot.operation.condition import MEGABYTE, Condition
from bot.operation.hearing import Hearing, State
from bot.turns import Desk
from tests.channels.telegram.bot import TIMEOUTS, Running, running
from tests.emulator import Clock, Emulator, Phone
from tests.emulator.faults import Refuse, server_error
from tests.emulator.refusals import UNAUTHORIZED
from tests.storage.made import Interview, erased

HOUR = 3600.0


class Watched:
    """Alerts of one process, looked at by hand."""

    def __init__(
        self, desk: Desk, wire: Wire, phone: Phone, disk_warning: int = 0, *, called: bool = False
    ) -> None:
        self.hearing = Hearing()
        self.hearing.heard(desk.clock())
        condition = Condition(desk.store, desk.clock, self.hearing, Path("attune.db"))
        operator = Operator(phone.person.id, disk_warning)
        self.phone = phone
        self.alerts = Alerts(desk, wire, condition, self.hearing, operator, called=called)

    async def look(self) -> None:
        """Look once."""
        await self.alerts.look()

    def said(self, words: str) -> int:
        """Return how many messages hold some words."""
        return sum(words in message.text for message in self.phone.visible)


@pytest.fixture(autouse=True)
def _looked_at_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.operation.condition.FRESH", -1.0)


@pytest.fixture
async def wire(telegram: Emulator) -> AsyncIterator[Wire]:
    async with Wire(telegram.token, telegram.url, TIMEOUTS) as wire:
        yield wire


@pytest.fixture
async def operator(bot: Running, telegram: Emulator) -> Phone:
    """Somebody who started the bot, so that it may write to them."""
    assert bot.desk is not None
    phone = telegram.phone("Olga")
    await phone.starts()
    await phone.sees("25 taps.")
    return phone


@pytest.mark.slow
async def test_a_low_disk_is_told_once_an_hour_and_once_when_it_is_over(
    desk: Desk, wire: Wire, operator: Phone, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = 9 * MEGABYTE
    monkeypatch.setattr("bot.operation.condition.free_bytes", lambda _database: free)
    watched = Watched(desk, wire, operator, disk_warning=500 * MEGABYTE)
    for _ in range(3):
        await watched.look()
    await operator.sees("9 MB are free.")
    assert watched.said("9 MB are free.") == 1
    assert watched.said("docs/runbook.md#disk-low") == 1
    clock.advance(HOUR)
    watched.hearing.heard(desk.clock())
    await watched.look()
    await watched.look()
    assert watched.said("9 MB are free.") == 2
    free = 10**12
    await watched.look()
    await watched.look()
    assert watched.said("Attune: over") == 1


async def test_a_restart_does_not_tell_again(
    desk: Desk, wire: Wire, operator: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.operation.condition.free_bytes", lambda _database: 0)
    for _ in range(3):
        await Watched(desk, wire, operator, disk_warning=1).look()
    assert Watched(desk, wire, operator).said("0 MB are free.") == 1


async def test_a_store_that_cannot_write_is_told_and_its_end_too(
    desk: Desk, wire: Wire, operator: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(desk, wire, operator)
    await watched.look()
    with monkeypatch.context() as patch:
        patch.setattr(desk.store, "remember", _away)
        patch.setattr(desk.store, "on_duty", _away)
        await watched.look()
        await watched.look()
    assert watched.said("can't take anything") == 1
    await watched.look()
    assert watched.said("Attune: over") == 1


async def _away(*_given: str) -> None:
    raise StoreUnavailable("The disk is full.")


async def test_an_erasure_that_stays_pending_for_a_day_is_told(
    desk: Desk, wire: Wire, operator: Phone, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing() -> tuple[()]:
        return ()

    monkeypatch.setattr(desk.store, "verify_erasures", nothing)  # an export holds the files open
    person = Interview(desk.store, "SOMEBODY", at=desk.clock())
    edition = desk.library.questionnaires["big-five"].edition
    await person.begin(edition=edition.digest, questionnaire="big-five")
    await person.take(erased(desk.clock()))
    watched = Watched(desk, wire, operator)
    await watched.look()
    assert watched.said("asked to be erased") == 0
    clock.advance(25 * HOUR)
    watched.hearing.heard(desk.clock())
    await watched.look()
    assert watched.said("asked to be erased") == 1


async def test_what_could_not_be_said_while_telegram_was_away_is_said_afterwards(
    desk: Desk, wire: Wire, operator: Phone, telegram: Emulator
) -> None:
    watched = Watched(desk, wire, operator)
    watched.hearing.failing_since = desk.clock() - timedelta(minutes=5)
    watched.hearing.failed(desk.clock())
    telegram.faults.add("sendMessage", server_error(), times=1)
    await watched.look()
    assert watched.said("couldn't be reached") == 0
    watched.hearing.heard(desk.clock())
    await watched.look()
    assert watched.said("Attune: over, after") == 1
    assert watched.said("couldn't be reached") == 1


async def test_stuck_polling_is_told(desk: Desk, wire: Wire, operator: Phone, clock: Clock) -> None:
    watched = Watched(desk, wire, operator)
    clock.advance(120.0)
    await watched.look()
    assert watched.said("stopped asking Telegram") == 1


async def test_a_webhook_that_telegram_cannot_reach_is_told(
    desk: Desk, wire: Wire, operator: Phone, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram says when it last failed; an error of long ago is no trouble."""
    failed_at = clock.now() - 2 * HOUR

    async def ask(method: str, parameters: dict[str, object]) -> object:
        if method == "getWebhookInfo":
            return {
                "url": "https://attune.example",
                "pending_update_count": 7,
                "last_error_date": int(failed_at),
            }
        return await true(method, parameters)

    true = wire.ask
    monkeypatch.setattr(wire, "ask", ask)
    watched = Watched(desk, wire, operator, called=True)
    await watched.look()
    assert watched.hearing.state(desk.clock()) is State.HEARING
    for _ in range(2):
        clock.advance(6 * 60.0)
        failed_at = clock.now()
        await watched.look()
    assert watched.said("can't deliver to this bot's webhook") == 1


async def test_a_refused_token_is_known_though_nobody_can_be_told(
    desk: Desk, wire: Wire, operator: Phone, telegram: Emulator
) -> None:
    telegram.faults.add("getWebhookInfo", Refuse(UNAUTHORIZED))
    watched = Watched(desk, wire, operator, called=True)
    with capture_logs() as logs:
        await watched.look()
    assert watched.hearing.state(desk.clock()) is State.REFUSED
    assert [one["alarm"] for one in logs if one["event"] == "alarm"] == ["token-refused"]


async def test_only_the_process_on_duty_tells(
    desk: Desk, wire: Wire, operator: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no() -> bool:
        return False

    monkeypatch.setattr(desk.store, "on_duty", no)
    monkeypatch.setattr("bot.operation.condition.free_bytes", lambda _database: 0)
    watched = Watched(desk, wire, operator, disk_warning=1)
    await watched.look()
    assert watched.said("MB are free") == 0


async def test_the_chat_is_never_logged(
    desk: Desk, wire: Wire, operator: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.operation.condition.free_bytes", lambda _database: 0)
    watched = Watched(desk, wire, operator, disk_warning=1)
    with capture_logs() as logs:
        await watched.look()
    assert str(operator.person.id) not in str(logs)
    assert str(operator.person.id) not in repr(watched.alerts._operator)


@pytest.mark.usefixtures("bot")
async def test_what_telegram_brings_and_takes_is_counted(telegram: Emulator, ana: Phone) -> None:
    """By kinds of work alone."""
    before = (
        METRICS.updates["taken"],
        METRICS.turns[CHANNEL],
        METRICS.delivered["sent"],
        sum(METRICS.calls.counts),
    )
    telegram.faults.add("sendMessage", server_error(), times=1)
    later = METRICS.delivered["later"]
    await ana.starts()
    await ana.sees("25 taps.")
    await telegram.quiet()
    after = (
        METRICS.updates["taken"],
        METRICS.turns[CHANNEL],
        METRICS.delivered["sent"],
        sum(METRICS.calls.counts),
    )
    assert [n - m for n, m in zip(after, before, strict=True)] == [1, 1, 1, 1]
    assert METRICS.delivered["later"] == later + 1


async def test_the_running_bot_looks_by_itself(
    telegram: Emulator, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.alerts.LOOK_EVERY", 0.05)
    monkeypatch.setattr("bot.operation.condition.free_bytes", lambda _database: 0)
    phone = telegram.phone("Olga")
    async with running(telegram, desk) as bot:
        await phone.starts()
        await phone.sees("25 taps.")
        condition = Condition(desk.store, desk.clock, Hearing(), Path("attune.db"))
        bot.service.alerts._condition = condition
        bot.service.alerts._operator = Operator(phone.person.id, disk_warning=1)
        await phone.sees("0 MB are free.")
