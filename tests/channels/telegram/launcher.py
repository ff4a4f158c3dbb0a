"""`attune run` for tests: the real program, whose clock is ahead by the seconds that a file holds.

Run as `python -m tests.channels.telegram.launcher FILE [--webhook] [--forgetful]`; everything else comes from
the environment, as always. A forgetful one is a planted fault: it doesn't bring what it owed when it ended.
"""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from bot.channels.telegram.duties import Duties
from bot.channels.telegram.wire import Timeouts
from bot.cli.logs import configure
from bot.cli.run import until_signalled
from bot.settings import Settings
from tests.channels.telegram.ahead import Ahead

TIMEOUTS = Timeouts(connect=2.0, read=5.0, upload=5.0, poll=10, slack=5.0)


async def _forget(*_: object) -> None:
    """Do nothing."""


def main() -> None:
    """Run the bot until it is stopped or killed."""
    ahead = Ahead(Path(sys.argv[1]))

    def clock() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=ahead.seconds)

    if "--forgetful" in sys.argv:
        for duty in ("note_owed", "_pay_late"):
            patch.object(Duties, duty, _forget).start()
    settings = Settings.read()
    configure(settings.log_level, settings.log_format)
    asyncio.run(until_signalled(settings, clock, TIMEOUTS, webhook="--webhook" in sys.argv))


if __name__ == "__main__":
    main()
