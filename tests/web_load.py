"""Whole interviews in browsers, many at once, over real HTTP: `python -m tests.web_load 1000`.

Law: a page that isn't the one a person expects next is an error, whatever its status. Each person has cookies
of their own, sends what our script would, and taps once the page before is there. People come from many
addresses of this machine, as they would from many homes; one address shares one limit.
"""

import argparse
import asyncio
import os
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import aiohttp

ROOT: Final = Path(__file__).parents[1]
LANDING: Final = re.compile(r"http://127\.0\.0\.1:\d+/i/[A-Za-z0-9_-]{16}")
CHOICES: Final = re.compile(r'class="choices"[^>]*>(.*?)</form>', re.DOTALL)
BUTTON: Final = re.compile(r'<button name="tap" value="([^"]+)"')
PLACE: Final = re.compile(r'<progress max="(\d+)" value="(\d+)"')
LINK: Final = re.compile(r'href="(/go/[A-Za-z0-9_-]{16})"')
AGE: Final = {"Accept-Language": "en", "User-Agent": "Mozilla/5.0", "X-Attune": "1"}
EVERY: Final = 20  # people of one address
FILES: Final = 8192


@dataclass
class Figures:
    """What happened."""

    finished: int = 0
    seconds: list[float] = field(default_factory=list)  # from an answer's tap to the next question, whole
    errors: Counter[str] = field(default_factory=Counter)

    def told(self, people: int, took: float) -> str:
        """Return it in one line."""
        ordered = sorted(self.seconds) or [0.0]
        p50, p99 = (1000 * ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.99))
        rate = len(self.seconds) / took
        return (
            f"{people} people at once: {self.finished} finished, {sum(self.errors.values())} errors "
            f"{dict(self.errors) or ''}; {len(self.seconds)} answers, {rate:.0f} a second, "
            f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, slowest {1000 * ordered[-1]:.0f} ms; {took:.1f} s in all"
        )


class Unexpected(AssertionError):
    """Another page than the one that comes next; its text says which, in a few words."""


@dataclass
class Person:
    """Somebody at a browser."""

    http: aiohttp.ClientSession
    landing: str
    figures: Figures
    chance: Random
    think: float = 0.0  # seconds between two taps, on average

    async def goes_through(self) -> None:
        """Go from the landing page to a provider link; count how it went."""
        try:
            await self._interview()
        except (Unexpected, aiohttp.ClientError, TimeoutError, OSError) as error:
            self.figures.errors[f"{type(error).__name__}: {error}"[:80]] += 1
        else:
            self.figures.finished += 1

    async def _interview(self) -> None:
        await self._asked(self.landing)
        page = await self._says({"act": "begin", "language": "en"}, "Before we begin")
        page = await self._taps(page, "One more thing")
        page = await self._taps(page, "1 of ")
        for number in range(1, 13):
            if PLACE.findall(page) != [("12", str(number))]:
                raise Unexpected(f"not question {number}")
            began = time.monotonic()
            page = await self._taps(page, f"{number + 1} of 12" if number < 12 else "last question")
            self.figures.seconds.append(time.monotonic() - began)
            await asyncio.sleep(self.chance.uniform(0, 2 * self.think))
        page = await self._taps(page, "Your result is ready.")
        page = await self._taps(page, "One thing to do today")
        (link,) = LINK.findall(page)
        await self._asked(self.landing.partition("/i/")[0] + link, 302)

    async def _taps(self, page: str, expected: str) -> str:
        """Tap a button of the page: any choice of a question, the first of anything else."""
        tokens = [token for form in CHOICES.findall(page) for token in BUTTON.findall(form)]
        chosen = self.chance.choice(tokens[:5]) if PLACE.search(page) else tokens[0]
        return await self._says({"tap": chosen}, expected)

    async def _says(self, form: Mapping[str, str], expected: str) -> str:
        address = self.landing.replace("/i/", "/chat/")
        async with self.http.post(address, data=form) as answer:
            text = await answer.text()
        if answer.status != 200 or expected not in text:
            raise Unexpected(f"{answer.status} where there should be {expected!r}")
        return text

    async def _asked(self, address: str, status: int = 200) -> None:
        async with self.http.get(address, allow_redirects=False) as answer:
            await answer.read()
        if answer.status != status:
            raise Unexpected(f"{answer.status} at {address.split('/')[3]}")


async def crowd(landing: str, people: int, think: float = 0.0) -> Figures:
    """Interview so many people at once."""
    figures = Figures()
    async with AsyncExitStack() as stack:
        everybody: list[Person] = []
        homes = [(f"127.0.{1 + n // 250}.{1 + n % 250}", 0) for n in range(-(-people // EVERY))]
        wired = [aiohttp.TCPConnector(limit=0, local_addr=home) for home in homes]
        for wires in wired:
            await stack.enter_async_context(wires)
        for number in range(people):
            cookies = aiohttp.CookieJar(unsafe=True)  # an address of numbers may set one, too
            http = aiohttp.ClientSession(
                connector=wired[number // EVERY],
                connector_owner=False,
                cookie_jar=cookies,
                headers=AGE,
                trust_env=False,
            )
            await stack.enter_async_context(http)
            everybody.append(Person(http, landing, figures, Random(number), think))
        await asyncio.gather(*(one.goes_through() for one in everybody))
    return figures


@asynccontextmanager
async def demonstration() -> AsyncIterator[str]:
    """Start `attune demo` as a program of its own; give the address of its invite."""
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--port", "0", "--people", "0"),
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    try:
        text = ""
        while not LANDING.search(text):
            line = await program.stdout.readline()
            assert line, "the program ended"
            text += line.decode()
        yield LANDING.findall(text)[0]
    finally:
        program.terminate()
        await program.wait()


async def measured(people: int, think: float, landing: str | None) -> Figures:
    """Take the crowd to a program that runs, or to one of its own; print what happened."""
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(demonstration()) if landing is None else landing
        began = time.monotonic()
        figures = await crowd(there, people, think)
        print(figures.told(people, time.monotonic() - began))  # noqa: T201 - a script's answer
    if landing is None:
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"The program took {spent.ru_utime + spent.ru_stime:.1f} s of a processor, its start with it.")  # noqa: T201 - the same
    return figures


def main() -> None:
    """Fail where anybody met an error."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("people", type=int)
    options.add_argument("--think", type=float, default=0.0, help="seconds between two taps, on average")
    options.add_argument("--landing", help="an invite's address of a program that runs")
    given = options.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    most = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    figures = asyncio.run(measured(given.people, given.think, given.landing))
    raise SystemExit(1 if figures.finished != given.people else 0)


if __name__ == "__main__":
    main()
