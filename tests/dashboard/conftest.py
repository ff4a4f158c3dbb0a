"""A server with staff: browsers without scripts that signed in by their one-time link."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from bot.conversation.library import Library
from bot.dashboard.visits import offer
from bot.storage.staff import Account, Role, new_account_id
from tests.channels.webchat.conftest import Browser, Web, served
from tests.journeys.test_journeys import LIBRARY

OURS = "example-hospital"
THEIRS = "other-clinic"


def two_organisations() -> Library:
    """Return the library with a second organisation."""
    ours = LIBRARY.organisations[OURS]
    theirs = ours.model_copy(update={"id": THEIRS, "name": "Other Clinic", "default": False})
    return replace(LIBRARY, organisations={OURS: ours, THEIRS: theirs})


@dataclass
class Office:
    """A server with the accounts of its staff."""

    web: Web

    async def account(self, role: Role = Role.EDITOR, organisation: str = OURS) -> Account:
        """Make an account."""
        made = Account(new_account_id(), organisation, role, "Ward 3", self.web.clock())
        await self.web.store.keep_account(made)
        return made

    async def link(self, account: Account) -> str:
        """Make a one-time link's secret."""
        made = await offer(self.web.desk, account.id)
        assert made is not None
        return made

    async def browser(self, **more: Any) -> Browser:
        """Open a browser that says with each form where it comes from, as all do."""
        headers = {"Accept-Language": "en", "Origin": self.web.address, **more.pop("headers", {})}
        return await self.web.browser(headers=headers, **more)

    async def signed_in(
        self, role: Role = Role.EDITOR, organisation: str = OURS, **more: Any
    ) -> tuple[Browser, Account]:
        """Let somebody sign in with a new browser."""
        account, browser = await self.account(role, organisation), await self.browser(**more)
        answer = await browser.sends("/dashboard/enter", {"link": await self.link(account)})
        assert answer.status_code in {200, 303}
        return browser, account


def token_of(page: httpx.Response) -> str:
    """Return the token that the forms of a page carry."""
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """A server with two organisations."""
    async with served(library=two_organisations()) as web:
        yield Office(web)
