"""The token is nowhere to be read."""

import io
import logging
from collections.abc import Iterator

import pytest

from bot.channels.telegram.redaction import HIDDEN, guard_logs, redact, redact_event
from bot.channels.telegram.wire import Wire
from bot.delivery import TryLater
from bot.turns import Desk
from tests.channels.telegram.bot import TIMEOUTS, enter, running
from tests.emulator import TOKEN, Emulator, Phone
from tests.emulator.faults import Drop, Hang, bad_gateway, server_error

SECRET = TOKEN.partition(":")[2]


@pytest.fixture
def everything() -> Iterator[io.StringIO]:
    """Every log record of every library, at DEBUG, as an ordinary handler writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


class TestLogs:
    @pytest.mark.slow
    async def test_hold_no_token_whatever_goes_wrong(
        self,
        telegram: Emulator,
        desk: Desk,
        ana: Phone,
        everything: io.StringIO,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        telegram.faults.add("getUpdates", server_error())
        telegram.faults.add("getUpdates", Drop(after_effect=False))
        telegram.faults.add("sendMessage", bad_gateway())
        telegram.faults.add("sendMessage", Hang(after_effect=False))
        async with running(telegram, desk):
            await enter(ana)
        printed = capsys.readouterr()
        written = f"{everything.getvalue()} {printed.out} {printed.err}"
        assert "Telegram can't be reached" in written
        assert SECRET not in written

    @pytest.mark.parametrize("name", ["httpx", "anything"])
    def test_are_cleaned_in_messages_arguments_and_tracebacks(
        self, name: str, everything: io.StringIO
    ) -> None:
        """The needle is found first where nothing guards, as it would be in a library's own line."""
        guard_logs()
        logger = logging.getLogger(name)
        logger.error("POST https://api.telegram.org/bot%s/getMe", TOKEN)
        logger.error(f"in the text: {TOKEN}")  # noqa: G004 - as a careless library does
        try:
            int(f"https://api.telegram.org/bot{TOKEN}/getMe")
        except ValueError:
            logger.exception("it broke")
        written = everything.getvalue()
        assert written.count(HIDDEN) == 3
        assert "ValueError" in written
        assert SECRET not in written

    def test_wrong_arguments_are_still_the_handlers_to_complain_about(self) -> None:
        guard_logs()
        record = logging.makeLogRecord({})
        assert record.getMessage() == ""
        factory = logging.getLogRecordFactory()
        odd = factory("x", logging.INFO, "x.py", 1, "%d apples", ("many",), None)
        assert odd.msg == "%d apples"

    def test_events_are_cleaned_too(self) -> None:
        event = redact_event(None, "info", {"event": f"at bot{TOKEN}", "number": 3})
        assert event == {"event": f"at bot{HIDDEN}", "number": 3}
        assert redact("12:30 to 13:45") == "12:30 to 13:45"


class TestReprsAndErrors:
    async def test_hold_no_token(self, telegram: Emulator) -> None:
        async with Wire(telegram.token, telegram.url, TIMEOUTS) as wire:
            telegram.faults.add("getMe", Drop(after_effect=False))
            with pytest.raises(Exception) as caught:  # noqa: PT011 - whichever it is
                await wire.me()
            assert SECRET not in repr(wire)
            async with wire.call() as bot:
                assert SECRET not in repr(bot)
                assert SECRET not in str(bot)
        error: BaseException | None = caught.value
        assert error is not None
        assert error.__cause__ is None
        assert error.__suppress_context__
        assert SECRET not in f"{error!r} {error} {vars(error)}"

    async def test_nor_does_a_line_that_was_never_open(self) -> None:
        async with Wire(TOKEN, "http://127.0.0.1:9", TIMEOUTS) as wire:
            with pytest.raises(TryLater) as caught:
                await wire.poll(0, 0)
        assert SECRET not in repr(caught.value)
