"""Who is at the browser: a random 128-bit address, and how it comes back to us.

Law: the address is the key to somebody's answers. It travels in a cookie that scripts and other sites can't
read; in a frame or on a shared screen, where a cookie would be blocked or would stay for the next person, it
travels in the page's own form and nowhere else. It never stands in an address of a page.
"""

import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from bot.privacy import ADDRESS_AGE
from bot.storage.invites import Invite

CHANNEL: Final = "web"
IDLE: Final = timedelta(minutes=2)
"""After which a shared screen is cleared."""
_GRACE: Final = timedelta(seconds=15)
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_SCREENS: Final = 5000


class Mode(StrEnum):
    """How an address comes back to us."""

    COOKIE = "cookie"
    FRAME = "frame"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at a browser; without a secret nobody whom we know."""

    mode: Mode
    secret: str | None = None

    @property
    def fields(self) -> dict[str, str]:
        """Return what the forms of the next page carry along."""
        if self.mode is Mode.COOKIE:
            return {}
        frame = {"frame": "1"} if self.mode is Mode.FRAME else {}
        return frame | ({"visitor": self.secret} if self.secret else {})

    def met(self) -> "Visitor":
        """Return the visitor with an address made now: one that somebody else chose is never taken over."""
        return replace(self, secret=secrets.token_urlsafe(16))


def recognise(request: Request, form: Mapping[str, str], invite: Invite | None, *, secure: bool) -> Visitor:
    """Return who is at the browser, as far as this request says."""
    mode = _mode(request, form, invite)
    given = request.cookies.get(cookie_name(secure=secure)) if mode is Mode.COOKIE else form.get("visitor")
    return Visitor(mode, given if given and _SECRET.fullmatch(given) else None)


def _mode(request: Request, form: Mapping[str, str], invite: Invite | None) -> Mode:
    if invite is not None and invite.shared_screen:
        return Mode.SHARED
    framed = "1" in {request.query_params.get("frame"), form.get("frame")}
    return Mode.FRAME if framed else Mode.COOKIE


# ---------------------------------------------------------------- the cookie


def cookie_name(*, secure: bool) -> str:
    """Return the cookie's name; the prefix makes browsers refuse it from anywhere but this very host."""
    return "__Host-attune" if secure else "attune"


def remember(answer: Response, visitor: Visitor, *, secure: bool) -> None:
    """Let the browser bring the address back."""
    if visitor.mode is Mode.COOKIE and visitor.secret:
        answer.set_cookie(
            cookie_name(secure=secure),
            visitor.secret,
            max_age=int(ADDRESS_AGE.total_seconds()),
            secure=secure,
            httponly=True,
            samesite="lax",
        )


def forget(answer: Response, *, secure: bool) -> None:
    """Let the browser forget the address."""
    answer.delete_cookie(cookie_name(secure=secure), secure=secure, httponly=True, samesite="lax")


# ---------------------------------------------------------------- shared screens


class Screens:
    """When somebody was last at a shared screen, in memory: the next person can't go back to them."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, datetime] = OrderedDict()
        self._cleared: OrderedDict[str, datetime] = OrderedDict()

    def is_there(self, person: str, seen_at: datetime | None, now: datetime) -> bool:
        """Tell whether somebody is still at the screen, and note that they are."""
        last = self._seen.pop(person, seen_at)
        if person in self._cleared or last is None or now - last > IDLE + _GRACE:
            return False
        self._keep(self._seen, person, now)
        return True

    def clear(self, person: str, now: datetime) -> None:
        """Note that somebody left the screen."""
        self._keep(self._cleared, person, now)

    @staticmethod
    def _keep(among: OrderedDict[str, datetime], person: str, now: datetime) -> None:
        among[person] = now
        while len(among) > _SCREENS:
            among.popitem(last=False)
