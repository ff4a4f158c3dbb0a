"""The secrets of a visit: the one-time link, the cookie, and the token that each form carries.

Law: each secret has 256 bits, is made here and never taken over from a browser, and is stored only as a
digest made with the privacy key. A visit's cookie is made anew at each sign-in. The token of a form is made
from the cookie, so that a form of one visit, or of another site, is refused in another.
"""

import hmac
import re
import secrets
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from bot.privacy import Keys
from bot.storage.staff import LINK_AGE, VISIT_AGE
from bot.turns import Desk

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def new_secret() -> str:
    """Return 256 random bits as 43 characters."""
    return secrets.token_urlsafe(32)


def link_digest(keys: Keys, link: str) -> str | None:
    """Return what the store knows a one-time link by; None where it can't be one."""
    return keys.person("staff-link", link) if _SECRET.fullmatch(link) else None


def visit_digest(keys: Keys, secret: str) -> str:
    """Return what the store knows a visit by."""
    return keys.person("staff-visit", secret)


def form_token(keys: Keys, secret: str) -> str:
    """Return what every form of a visit carries."""
    return keys.person("staff-form", secret)


def is_token(given: str, expected: str) -> bool:
    """Compare a form's token in a time that doesn't depend on where it is wrong."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


async def offer(desk: Desk, account: str) -> str | None:
    """Return a new one-time link's secret, which voids the one before; None without an open account."""
    link = new_secret()
    digest = link_digest(desk.keys, link) or ""
    kept = await desk.store.offer_sign_in(digest, account, desk.clock() + LINK_AGE)
    return link if kept else None


def sign_in_address(address: str, link: str) -> str:
    """Return what is sent to somebody, under the address of a site."""
    return f"{address}/dashboard/enter/{link}"


# ---------------------------------------------------------------- the cookie


def cookie_name(*, secure: bool) -> str:
    """Return the cookie's name; the prefix makes browsers refuse it from anywhere but this very host."""
    return "__Host-attune-staff" if secure else "attune-staff"


def secret_of(request: Request, *, secure: bool) -> str | None:
    """Return the secret that a browser brings back, if it can be one."""
    given = request.cookies.get(cookie_name(secure=secure), "")
    return given if _SECRET.fullmatch(given) else None


def remember(answer: Response, secret: str, *, secure: bool) -> None:
    """Let the browser bring the secret back."""
    answer.set_cookie(
        cookie_name(secure=secure),
        secret,
        max_age=int(VISIT_AGE.total_seconds()),
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def forget(answer: Response, *, secure: bool) -> None:
    """Let the browser forget it."""
    answer.delete_cookie(cookie_name(secure=secure), secure=secure, httponly=True, samesite="lax")
