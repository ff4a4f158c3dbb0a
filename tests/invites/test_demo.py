"""`attune demo`, as somebody who just installed it starts it."""

import asyncio
import os
import re
import signal
import sys
import time
from pathlib import Path

import httpx
import pytest

from bot.cli.demo import _listening
from bot.errors import OperatorError
from bot.invites.simulation import CHANNEL, simulate
from bot.server import listen
from bot.settings import Settings
from tests.channels.webchat.conftest import Web, served
from tests.conftest import ROOT

LONG = 60.0  # real seconds, on a machine that does other things


@pytest.mark.slow
async def test_the_demonstration_needs_nothing_and_leaves_nothing() -> None:
    """No token, no screen, no setup: it prints addresses that answer, and ends when told to."""
    before = set(Path.cwd().iterdir())
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", "0", "--people", "3"),
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "DISPLAY": ""},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(LONG):
            text = ""
            while "made-up interviews are done" not in text:
                text += (await process.stdout.readline()).decode()
                found = re.search(r"http://127\.0\.0\.1:\d+/i/\S+", text)
                if found and "answered" not in text:
                    async with httpx.AsyncClient() as client:
                        answer = await client.get(found[0])
                    assert answer.status_code == 200
                    text += f"answered after {time.monotonic() - began:.1f} s"
        assert "simulated" in text
        for link in re.findall(r"http://\S+/dashboard/enter/\S+", text):
            await sees_the_dashboard(link)
    finally:
        process.send_signal(signal.SIGINT)
        await process.wait()
    assert process.returncode == 0
    assert set(Path.cwd().iterdir()) == before


async def test_the_demonstration_finds_a_free_port_unless_one_is_wished() -> None:
    """Whoever tries it may have something else on 8000."""
    settings = Settings(_env_file=None, port=0)
    with listen(settings) as taken:
        there = settings.model_copy(update={"port": taken.getsockname()[1]})
        with _listening(there, wished=False) as found:
            assert found.getsockname()[1] != there.port
        with pytest.raises(OperatorError):
            _listening(there, wished=True)


async def sees_the_dashboard(link: str) -> None:
    """Sign in by a link that was printed; every page says that the people are simulated."""
    address = link.split("/dashboard/", maxsplit=1)[0]
    async with httpx.AsyncClient(
        base_url=address, headers={"Origin": address}, follow_redirects=True
    ) as client:
        assert (await client.get(link)).status_code == 200
        signed_in = await client.post("/dashboard/enter", data={"link": link.rsplit("/", 1)[1]})
        for page in (signed_in, await client.get("/dashboard/invites")):
            assert page.status_code == 200
            assert "simulated" in page.text.lower()
        assert "waiting-room" in (await client.get("/dashboard/invites")).text


async def test_made_up_people_go_the_same_way_and_are_marked() -> None:
    """Each interview went through the hallway, and its channel says what it is."""
    async with served() as web:
        invite = await web.invite()
        await simulate(web.desk, [invite.code], 40)
        sessions = [kept.session for kept in web.store._sessions.values()]
        assert sessions
        assert {one.channel for one in sessions} == {CHANNEL}
        assert {one.invite for one in sessions if not one.follows} == {invite.code}
        finished = [one for one in sessions if one.shown]
        assert len(finished) >= 10
        assert len({one.shown.segment for one in finished if one.shown}) >= 3
        assert all(one.began_at < web.clock() for one in sessions)
        assert any(one.shared for one in finished)
        assert any(one.brought for one in sessions)
        counted = {name.rpartition(":")[0] for _, name in await web.store.counted("")}
        assert {f"{CHANNEL}:opened", f"{CHANNEL}:tapped"} <= counted
        assert not {"opened", "tapped"} & counted  # those of people


async def test_two_demonstrations_are_made_up_alike() -> None:
    """The same seed, the same people."""

    async def answers(web: Web) -> list[str]:
        invite = await web.invite()
        await simulate(web.desk, [invite.code], 3)
        return sorted(
            str(sorted((item, one.choice) for item, one in kept.session.answers.items()))
            for kept in web.store._sessions.values()
        )

    async with served() as first, served() as second:
        assert await answers(first) == await answers(second)
