"""The bot may be another process: its queue is Telegram's, and outlives it."""

import asyncio
import sys

import pytest

from tests.emulator import Emulator

# Prints the newest message and dies, or confirms it and leaves, as the second argument says.
BOT = """
import json, os, signal, sys, urllib.request
ask = lambda offset: json.load(urllib.request.urlopen(f"{sys.argv[1]}/getUpdates?timeout=5&offset={offset}"))
update = ask(0)["result"][-1]
print(update["message"]["text"], flush=True)
if sys.argv[2] == "dies":
    os.kill(os.getpid(), signal.SIGKILL)
urllib.request.urlopen(f"{sys.argv[1]}/getUpdates?timeout=0&offset={update['update_id'] + 1}").read()
"""


async def run_bot(telegram: Emulator, fate: str) -> tuple[str, int]:
    address = f"{telegram.url}/bot{telegram.token}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BOT, address, fate, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return output.decode().strip(), process.returncode or 0


@pytest.mark.slow
async def test_a_killed_bot_gets_the_update_again_and_a_confirmed_one_never(telegram: Emulator) -> None:
    ana = telegram.phone("Ana")
    await ana.types("one")
    assert await run_bot(telegram, "dies") == ("one", -9)
    assert await run_bot(telegram, "confirms") == ("one", 0)
    await telegram.quiet()
    await ana.types("two")
    assert await run_bot(telegram, "confirms") == ("two", 0)
