"""A wrong code gives nothing away by the clock; ten thousand by hand, `python -m tests.wrong_codes 10000`."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.server import create_app
from bot.settings import Settings
from bot.storage.invites import new_code, paused
from bot.web import timing
from tests.channels.webchat.conftest import Web, served
from tests.wrong_codes import (
    ABSENT,
    DOORS,
    MOST,
    attributed,
    difference,
    house,
    plant,
    timed,
    without_waiting,
)

FAR = 0.2  # from chance; at this size chance alone comes to a seventh of it
STEP = 0.02
AN_HOUR = 3600.0
BEGINS = {"act": "begin", "language": "en"}
WRONG = (
    "closed",
    "never there",
    "malformed",
    *(
        pytest.param(kind, marks=pytest.mark.slow)
        for kind in ("expired", "full", "paused", "passed on, closed")
    ),
)


@dataclass(frozen=True)
class Door:
    """The app without a wire, and how long it took to answer."""

    client: httpx.AsyncClient
    took: list[float] = field(default_factory=list)

    async def opens(self, code: str) -> None:
        """Go through every door that looks up a code."""
        for asked in (
            self.client.get(f"/i/{code}"),
            self.client.head(f"/i/{code}"),
            self.client.get(f"/chat/{code}"),
            self.client.get(f"/chat/{code}?page=privacy"),
            self.client.post(f"/chat/{code}", data={"tap": "nothing"}),
            self.client.post(f"/chat/{code}/my-data.json"),
            self.client.post(f"/chat/{code}", data=BEGINS),
            self.client.get(f"/chat/{code}"),
        ):
            await self._answers(asked)

    async def _answers(self, asked: Awaitable[httpx.Response]) -> None:
        began = time.perf_counter()
        answer = await asked
        self.took.append(time.perf_counter() - began)
        assert answer.status_code in {200, 303}


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    """A house."""
    async with served() as web:
        yield web


@pytest.fixture
async def door(web: Web) -> AsyncIterator[Door]:
    """The doors of a house."""
    app = httpx.ASGITransport(create_app(web.desk, Settings(_env_file=None)))
    async with httpx.AsyncClient(transport=app, base_url="http://127.0.0.1") as client:
        yield Door(client)


async def wrong(web: Web, kind: str) -> str:
    """Return a code that admits nobody."""
    now = web.clock()
    match kind:
        case "closed":
            return (await web.invite(closed_at=now)).code
        case "expired":
            return (await web.invite(expires_at=now - timedelta(days=1))).code
        case "full":
            return (await web.invite(limit=11, begun=11)).code
        case "paused":
            await web.store.remember(paused("example-hospital"), now.isoformat())
            return (await web.invite()).code
        case "passed on, closed":
            return (await web.invite(closed_at=now)).share
        case _:
            return "much-too-short" if kind == "malformed" else new_code()


@pytest.mark.parametrize("kind", WRONG)
async def test_no_wrong_code_is_answered_before_its_moment(
    web: Web, door: Door, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every door, also to somebody in the middle of an interview, which it didn't begin."""
    monkeypatch.setattr(timing, "STEP", STEP)
    code = await wrong(web, kind)
    await door.opens(code)
    assert min(door.took) >= STEP


async def test_a_code_that_admits_somebody_does_not_wait(
    web: Web, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor who began with a code that was closed since, nor who has none: a wait would last an hour here."""
    invite = await web.invite()
    pages = [f"/i/{invite.code}", f"/i/{invite.share}", f"/chat/{invite.code}", "/i/hello", "/chat/hello"]
    monkeypatch.setattr(timing, "STEP", AN_HOUR)
    async with asyncio.timeout(60):
        for page in pages:
            await door.client.get(page)
        await door.client.post(f"/chat/{invite.share}", data=BEGINS)
        await web.store.close_invite(invite.code, web.clock())
        for page in ("", "?page=privacy", "?page=mydata"):
            await door.client.get(f"/chat/{invite.code}{page}")
        await door.client.post(f"/chat/{invite.code}", data={"command": "mydata"})
        await door.client.post(f"/chat/{invite.code}/my-data.json")


def asked(code: str) -> Request:
    """Return a request for a page."""
    return Request({"type": "http", "path_params": {"invite": code}, "headers": []})


def busy(seconds: float, answer: Callable[[], Response]) -> timing.Endpoint:
    """Return a page that takes so long to make."""

    async def page(_: Request) -> Response:
        await asyncio.sleep(seconds)
        return answer()

    return timing.even(page)


async def test_what_takes_longer_than_a_step_comes_at_the_end_of_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So a busy house tells no more than a calm one."""
    monkeypatch.setattr(timing, "STEP", STEP)
    began = time.perf_counter()
    await busy(STEP * 1.1, Response)(asked(new_code()))
    assert time.perf_counter() - began >= 2 * STEP


async def test_what_is_refused_waits_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit may be met after the code was looked up."""

    def refused() -> Response:
        raise HTTPException(429)

    monkeypatch.setattr(timing, "STEP", STEP)
    began = time.perf_counter()
    with pytest.raises(HTTPException):
        await busy(0, refused)(asked(new_code()))
    assert time.perf_counter() - began >= STEP


@pytest.mark.slow
@pytest.mark.parametrize("door", DOORS)
async def test_a_wrong_code_cannot_be_told_from_one_that_was_never_there(
    tmp_path: Path, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timing, "STEP", 0.01)
    async with house(tmp_path) as (desk, codes):
        seconds = await timed(desk, codes, 150, door)
        for kind in codes:
            assert abs(difference(seconds[kind], seconds[ABSENT]).told_apart - 0.5) < FAR, kind
        assert await attributed(desk, codes, 100) == 0


@pytest.mark.slow
async def test_the_comparison_finds_a_row_that_takes_longer_where_nothing_waits(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, codes):
        plant(desk, 0.003)
        with without_waiting():
            seconds = await timed(desk, codes, 150)
        for kind in codes:
            assert difference(seconds[kind], seconds[ABSENT]).off > MOST, kind


def test_the_comparison_finds_a_code_that_takes_longer() -> None:
    """A planted difference of a tenth is seen at this size; none is seen where there is none."""
    quick = [1 + number / 500 for number in range(150)]
    slow = [one * 1.1 for one in quick]
    assert difference(slow, quick).told_apart > 0.5 + FAR
    assert difference(quick, quick).told_apart == pytest.approx(0.5)


def test_the_comparison_finds_the_beat_of_a_timer() -> None:
    """Answers that end whole milliseconds after their work tell how long it took, though none is later."""
    quick, slow = ([(work + (number * 7) % 25) / 1000 for number in range(500)] for work in (0.5, 0.6))
    chance = [number * 0.0017 for number in range(500)]
    assert abs(difference(slow, quick).off) < MOST < difference(slow, quick).beat
    assert difference(chance, chance).beat == 0
