"""`attune run`, as an operator starts and stops it."""

import asyncio
import base64
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.cli.run import serve
from bot.errors import SettingsError
from bot.settings import Settings
from tests.channels.telegram.bot import TIMEOUTS, enter, time_of
from tests.conftest import ROOT
from tests.emulator import TOKEN, Clock, Emulator, Phone
from tests.emulator.faults import Hang

LONG = 40.0  # real seconds: starting the program takes a while on a busy machine
KEY = base64.b64encode(bytes(range(32))).decode()


def settings(telegram: Emulator, **more: str) -> dict[str, str]:
    """The environment of a bot on the emulator."""
    return {
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "PRIVACY_KEY": KEY,
        "DEFAULT_QUESTIONNAIRE": "big-five",
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "PORT": "0",
        **more,
    }


@asynccontextmanager
async def program(*arguments: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Start the program in the present folder; it doesn't outlive its test."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run", *arguments),
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def outcome(*arguments: str, **environment: str) -> tuple[int | None, str]:
    """Run the program to its end; its exit code and what it complained of."""
    async with program(*arguments, **environment) as process:
        _, complaint = await process.communicate()
        return process.returncode, complaint.decode()


class TestServing:
    @pytest.mark.slow
    async def test_in_process_on_a_real_database(
        self,
        telegram: Emulator,
        clock: Clock,
        ana: Phone,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        for name, value in settings(telegram).items():
            monkeypatch.setenv(name, value)
        stop = asyncio.Event()
        serving = serve(Settings.read(), lambda: time_of(clock), stop=stop, timeouts=TIMEOUTS)
        async with asyncio.TaskGroup() as group:
            group.create_task(serving)
            try:
                await ana.starts()
                await ana.sees("25 taps.", seconds=LONG)
                await enter(ana)
            finally:
                stop.set()
        assert "https://t.me/attune_bot" in capsys.readouterr().out
        assert os.path.exists("attune.db")  # noqa: ASYNC240, PTH110 - a glance at an own folder

    @pytest.mark.slow
    async def test_it_waits_for_telegram_and_can_be_stopped_meanwhile(
        self, monkeypatch: pytest.MonkeyPatch, telegram: Emulator
    ) -> None:
        for name, value in settings(telegram, TELEGRAM_API_URL="http://127.0.0.1:9").items():
            monkeypatch.setenv(name, value)
        stop = asyncio.Event()
        task = asyncio.create_task(serve(Settings.read(), stop=stop, timeouts=TIMEOUTS))
        await asyncio.sleep(0.5)
        assert not task.done()
        stop.set()
        await task

    async def test_an_unknown_questionnaire_is_named(
        self, monkeypatch: pytest.MonkeyPatch, telegram: Emulator
    ) -> None:
        for name, value in settings(telegram, DEFAULT_QUESTIONNAIRE="nothing").items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SettingsError, match=r"no questionnaire nothing.*big-five"):
            await serve(Settings.read())


@pytest.mark.slow
class TestTheCommand:
    async def test_says_in_one_sentence_that_there_is_no_token(self) -> None:
        code, complaint = await outcome(PYTHONPATH=str(ROOT))
        assert code == 1
        assert complaint.startswith("attune: There is no bot token. Ask @BotFather")
        assert complaint.count("\n") == 1

    async def test_says_in_one_sentence_that_the_token_is_wrong(self, telegram: Emulator) -> None:
        wrong = TOKEN.replace("TEST", "WRONG")
        code, complaint = await outcome(**settings(telegram, TELEGRAM_BOT_TOKEN=wrong))
        assert code == 1
        assert "attune: Telegram doesn't accept the bot token. Copy it anew from @BotFather" in complaint
        assert "Traceback" not in complaint
        assert wrong.partition(":")[2] not in complaint

    async def test_says_what_a_webhook_needs(self, telegram: Emulator) -> None:
        code, complaint = await outcome("--webhook", **settings(telegram))
        assert code == 1
        assert complaint.startswith(
            "attune: A webhook needs an address that Telegram can call. Set PUBLIC_URL"
        )
        code, complaint = await outcome("--webhook", **settings(telegram, PUBLIC_URL="https://example.org"))
        assert code == 1
        assert complaint.startswith("attune: A webhook needs a secret")

    async def test_stops_gracefully_on_sigterm(self, telegram: Emulator, ana: Phone) -> None:
        async with program(**settings(telegram)) as process:
            await ana.starts()
            await ana.sees("25 taps.", seconds=LONG)
            process.send_signal(signal.SIGTERM)
            said, complaint = await process.communicate()
        assert process.returncode == 0
        assert b"Listening as https://t.me/attune_bot" in said
        assert b"what was begun is finished" in complaint

    async def test_stops_at_once_on_the_second_signal(self, telegram: Emulator, ana: Phone) -> None:
        """The first one waits for a message on its way; the second one doesn't, for it is owed anyway."""
        telegram.faults.add("sendMessage", Hang(after_effect=False), times=None)
        async with program(**settings(telegram)) as process:
            assert process.stderr is not None
            await ana.starts()
            async with asyncio.timeout(LONG):
                while telegram.updates.pending():  # noqa: ASYNC110 - a confirmed update rings no bell
                    await asyncio.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            await process.stderr.readuntil(b"what was begun is finished")
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.communicate(), 5)
        assert process.returncode == 128 + signal.SIGTERM
