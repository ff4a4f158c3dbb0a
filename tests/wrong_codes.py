"""Wrong invite codes: none begins an invite's interview, and none can be told from another by the clock.

`python -m tests.wrong_codes 10000`, ten minutes. Law: whoever measures stands where nothing but our own work
takes time (the app without a wire, on SQLite), asks for one page at a time, and looks at every kind of wrong
code by turns, so that a busy machine is busy for all of them. A difference is looked for in how long an
answer took and, because timers go by the millisecond, in what is left of that beside whole ones.

`--planted 0.3` plants a fault: a row that is found takes so many milliseconds longer, and nothing waits but
where `--waiting` says so. `--exact` leaves out the part of a wait that is by chance: it hides something, too.
"""

import argparse
import asyncio
import cmath
import math
import secrets
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import httpx
import pytest

from bot.conversation.events import Started
from bot.server import create_app
from bot.settings import Settings
from bot.storage.invites import Invite, new_code, paused
from bot.storage.opening import open_store
from bot.turns import Desk, Incoming, take_turn
from tests.journeys.house import KEYS
from tests.journeys.test_journeys import LIBRARY

ABSENT = "never there"
DOORS = ("/i/", "/chat/")
MOST = 4
"""Standard errors: chance alone comes so far once in three thousand looks, at most."""
WARM = 50
RESTING = "resting-clinic"


@dataclass(frozen=True, slots=True)
class Difference:
    """How well a kind of wrong code can be told from one that was never there, by time alone."""

    told_apart: float  # how often the slower of two is of this kind: 0.5 is chance
    error: float  # of that share, by chance alone
    median_ms: float  # between the medians
    beat: float  # how far apart the parts of a millisecond are, in standard errors

    @property
    def off(self) -> float:
        """Return how far from chance it is, in standard errors."""
        return (self.told_apart - 0.5) / self.error


def _now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[tuple[Desk, Mapping[str, Sequence[str]]]]:
    """Open a house with invites in every state that admits nobody; give their codes by kind."""
    ours = LIBRARY.organisations["example-hospital"]
    theirs = ours.model_copy(update={"id": RESTING, "default": False})
    library = replace(LIBRARY, organisations={ours.id: ours, RESTING: theirs})
    store = await open_store(f"sqlite:///{folder / 'attune.db'}", KEYS.fingerprint, clock=_now)
    try:
        for edition in library.editions():
            await store.keep_edition(edition)
        await store.remember(paused(RESTING), _now().isoformat())
        codes: dict[str, list[str]] = {}
        for kind, like in _wrong():
            codes[kind] = [new_code() for _ in range(20)]
            for code in codes[kind]:
                await store.keep_invite(replace(like, code=code, share=new_code()))
        yield Desk(store, library, KEYS, _now), codes
    finally:
        await store.close()


def _wrong() -> Sequence[tuple[str, Invite]]:
    made = Invite("", "example-hospital", "health-mindset", "autumn", _now() - timedelta(days=9))
    return (
        ("closed", replace(made, closed_at=_now())),
        ("expired", replace(made, expires_at=_now() - timedelta(days=1))),
        ("full", replace(made, limit=11, begun=11)),
        ("paused", replace(made, organisation=RESTING)),
    )


def plant(desk: Desk, seconds: float) -> None:
    """Let a row that is found take longer."""
    reads = desk.store.invite

    async def slowly(code: str) -> Invite | None:
        found = await reads(code)
        until = time.perf_counter() + seconds
        while found and time.perf_counter() < until:
            pass
        return found

    setattr(desk.store, "invite", slowly)  # noqa: B010 - a method can't be assigned in the eyes of mypy


@contextmanager
def without_waiting() -> Iterator[None]:
    """Let no answer wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.server.even", lambda endpoint: endpoint)
        yield


@contextmanager
def exactly() -> Iterator[None]:
    """Let no answer wait longer by chance."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.web.timing._SPREAD", 0)
        yield


async def timed(
    desk: Desk, codes: Mapping[str, Sequence[str]], times: int, door: str = DOORS[0]
) -> Mapping[str, list[float]]:
    """Open a page with each kind of code so many times, in an order by chance."""
    chance, seconds = Random(5), {kind: list[float]() for kind in (*codes, ABSENT)}
    app = httpx.ASGITransport(create_app(desk, Settings(_env_file=None)))
    async with httpx.AsyncClient(transport=app, base_url="http://127.0.0.1") as client:
        for number in range(times * len(seconds)):
            kind = chance.choice(list(seconds))
            code = chance.choice(codes[kind]) if kind in codes else new_code()
            began = time.perf_counter()
            answer = await client.get(f"{door}{code}")
            took = time.perf_counter() - began
            assert answer.status_code == httpx.codes.OK
            if number >= WARM:
                seconds[kind].append(took)
    return seconds


def difference(some: Sequence[float], others: Sequence[float]) -> Difference:
    """Compare two kinds, by ranks: a few slow answers count for no more than any."""
    ordered = sorted(others)
    above = sum((bisect_left(ordered, one) + bisect_right(ordered, one)) / 2 for one in some)
    pairs = len(some) * len(others)
    error = ((len(some) + len(others) + 1) / (12 * pairs)) ** 0.5
    medians = (sorted(one)[len(one) // 2] for one in (some, others))
    mine, theirs = medians
    return Difference(above / pairs, error, 1000 * (mine - theirs), _beat(some, others))


def _beat(some: Sequence[float], others: Sequence[float]) -> float:
    """Compare what is left beside whole milliseconds, each a direction on a circle, by their mean."""
    apart = abs(_direction(some) - _direction(others))
    return apart / math.sqrt(0.5 / len(some) + 0.5 / len(others))


def _direction(seconds: Sequence[float]) -> complex:
    return sum((cmath.exp(2000j * cmath.pi * one) for one in seconds), 0j) / len(seconds)


async def attributed(desk: Desk, codes: Mapping[str, Sequence[str]], times: int) -> int:
    """Begin so many interviews with wrong codes; return how many an invite was credited with."""
    chance, credited = Random(7), 0
    true = [code for some in codes.values() for code in some]
    for number in range(times):
        wrong = list(chance.choice(true))
        for _ in range(number % 4):  # a quarter as it is, the others with slips
            wrong[chance.randrange(len(wrong))] = chance.choice("ABCDEFxyz019-_")
        heard = Started(_now(), secrets.token_hex(16), "telegram", "en", "".join(wrong))
        person = f"wrong-{number}"
        spoken = await take_turn(desk, Incoming("telegram", person, person, person, heard))
        assert spoken.session is not None
        credited += spoken.session.invite is not None
    return credited + sum(one.begun % 11 for one in await desk.store.invites())


def fair(door: str, seconds: Mapping[str, Sequence[float]]) -> bool:
    """Print how each kind compares with a code that was never there; say whether none gives itself away."""
    fine = True
    for kind in (one for one in seconds if one != ABSENT):
        found = difference(seconds[kind], seconds[ABSENT])
        fine = fine and abs(found.off) < MOST and found.beat < MOST
        print(  # noqa: T201 - a script's answer
            f"{door:6} {kind:8} slower than '{ABSENT}' in {100 * found.told_apart:.1f} of 100 "
            f"({found.off:+.1f} standard errors), medians {found.median_ms:+.3f} ms apart; beside whole "
            f"milliseconds {found.beat:.1f} standard errors; n {len(seconds[kind])}",
            flush=True,
        )
    return fine


async def measured(times: int, planted: float, ways: AbstractContextManager[None]) -> bool:
    """Print what was found; say whether nothing gives a wrong code away."""
    with tempfile.TemporaryDirectory() as folder:
        async with house(Path(folder)) as (desk, codes):
            if planted:
                plant(desk, planted / 1000)
            with ways:
                pages = [
                    fair(door, await timed(desk, codes, times // (len(codes) + 1), door)) for door in DOORS
                ]
            credited = await attributed(desk, codes, times)
            print(f"{times} interviews begun with wrong codes, {credited} credited to an invite")  # noqa: T201 - the same
    return all(pages) and credited == 0


def main() -> None:
    """Fail where a code gives itself away."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("times", type=int, help="pages of each door, and interviews")
    options.add_argument("--planted", type=float, default=0, metavar="MS")
    options.add_argument("--waiting", action="store_true")
    options.add_argument("--exact", action="store_true")
    said = options.parse_args()
    ways = nullcontext() if said.waiting or not said.planted else without_waiting()
    ways = exactly() if said.exact else ways
    raise SystemExit(0 if asyncio.run(measured(said.times, said.planted, ways)) else 1)


if __name__ == "__main__":
    main()
