"""How long an answer to a code takes: as long for each that admits nobody, whatever is known of it.

Law: an answer waits unless whoever made it says that it needn't, so that a new page is safe before anybody
thinks of it. It waits when all work is done, with nothing open and nothing held. A turn on Telegram doesn't
wait: its answer comes by way of other servers, and nobody sees a tenth of a millisecond through those.

That is how much longer it takes to read a row that is there. A wait of a fixed length would carry it along,
and so does a timer of the loop, which ends a whole number of milliseconds after it was set. So a wait ends at
a moment counted from the beginning of the request, and its last part isn't slept.
"""

import asyncio
from collections.abc import Awaitable, Callable
from random import SystemRandom
from time import perf_counter
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from bot.web.site import NO_INVITE

STEP: Final = 0.025
"""Seconds; an answer that takes longer than one step comes at the end of the next."""
_SPREAD: Final = 0.005
"""So much later at most, by chance."""
_WATCHED: Final = 0.0015
"""The last part of a wait, in which everybody else goes on and the clock is looked at between them."""
_AT_ONCE: Final = "at_once"
_CHANCE: Final = SystemRandom()

Endpoint = Callable[[Request], Awaitable[Response]]


def at_once(request: Request) -> None:
    """Say that an answer needn't wait: its code admits somebody, or is known to this person already."""
    setattr(request.state, _AT_ONCE, True)


def even(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint of an address with a code, with answers that tell nothing by the clock."""

    async def answer(request: Request) -> Response:
        began = perf_counter()
        try:
            return await endpoint(request)
        finally:  # what is refused waits too: by then the code may have been looked up
            if not _is_at_once(request):
                await _next_step(began)

    return answer


def _is_at_once(request: Request) -> bool:
    """Tell whether there is nothing to hide; an address without a code has nothing."""
    return request.path_params["invite"] == NO_INVITE or getattr(request.state, _AT_ONCE, False)


async def _next_step(began: float) -> None:
    """Wait until a whole number of steps is over since a moment, and a little longer by chance."""
    steps = (perf_counter() - began) // STEP + 1
    until = began + steps * STEP + _CHANCE.uniform(0, _SPREAD)
    await asyncio.sleep(until - _WATCHED - perf_counter())
    while perf_counter() < until:  # noqa: ASYNC110 - there is no event to wait for but the time
        await asyncio.sleep(0)
