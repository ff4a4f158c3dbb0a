"""How much anybody may ask of us at once.

Law: an address is counted under a keyed hash whose key lives as long as this process, in memory only.
A whole hospital may share one address, so the limits of an address are wide; those of one person are narrow.
"""

import hashlib
import ipaddress
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_BYTES: Final = 32_768  # own words of 2,000 characters, each written as %XX up to four times
"""Of a form: ours have a few short fields."""
MOST_FIELDS: Final = 20
_KEPT: Final = 20_000

TOO_LARGE: Final = 413
TOO_MANY: Final = 429


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second, and so many at once before that counts."""

    a_second: float
    at_once: int


ANYTHING: Final = Rate(300, 6000)
"""Requests of one address."""
BEGINNINGS: Final = Rate(30, 1500)
"""Interviews begun from one address."""
CODES: Final = Rate(0.1, 10)
"""Resume codes tried from one address: to guess one of 80 bits takes longer than anything lasts."""
TAPS: Final = Rate(5, 30)
"""Taps of one person, or pages of one visit of staff."""
SIGN_INS: Final = Rate(0.2, 20)
"""One-time links of staff tried from one address: they have 256 bits."""


class Limiter:
    """Token buckets, the longest unused of which are forgotten."""

    def __init__(self, rate: Rate, seconds: Callable[[], float]) -> None:
        self._rate = rate
        self._seconds = seconds
        self._key = secrets.token_bytes(16)
        self._full_at: OrderedDict[bytes, float] = OrderedDict()

    def take(self, whose: str) -> None:
        """Take one from somebody's bucket; raise where it is empty."""
        name = hashlib.blake2b(whose.encode("utf-8", "replace"), key=self._key, digest_size=12).digest()
        now = self._seconds()
        full_at = max(self._full_at.pop(name, now), now) + 1 / self._rate.a_second
        if full_at - now > self._rate.at_once / self._rate.a_second:
            self._full_at[name] = full_at - 1 / self._rate.a_second
            raise HTTPException(TOO_MANY, headers={"Retry-After": "10"})
        self._full_at[name] = full_at
        if len(self._full_at) > _KEPT:
            self._full_at.popitem(last=False)


def address_of(request: Request) -> str:
    """Return whom a request is counted for: its address, or its whole network where those are plentiful."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form; of two with one name the last."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(TOO_LARGE)
    try:
        text = body.decode("utf-8", "replace")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace"))
    except ValueError:
        raise HTTPException(TOO_LARGE) from None


def refuse_elsewhere(request: Request, ours: str) -> None:
    """Refuse a form that another site sent."""
    said = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if said is not None:
        allowed = said in {"same-origin", "none"}
    else:
        here = f"{request.url.scheme}://{request.headers.get('host', '')}"
        allowed = origin is None or origin in {ours, here}
    if not allowed:
        raise HTTPException(403)
