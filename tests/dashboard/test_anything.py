"""Anything sent to any address of the dashboard by somebody who is signed in: never a fault of ours."""

import random
import string

import httpx
import pytest

from bot.dashboard import visits
from bot.storage.staff import Role
from tests.dashboard.conftest import Office
from tests.dashboard.test_the_door import addresses

PIECES = [
    *string.printable,
    *("%00", "%0d%0a", "..", "../", "//", "é", "😀", "\u202e", "<script>", "'\"", "{{7*7}}", "٣", "-1"),
    *("period", "people", "simulated", "real", "2026-11", "2026-11-23", "language", "es", "null", "1e999"),
    *("9999-12-31", "0000-00-00", "A" * 16, "A" * 300, "health-mindset", "example-hospital", "&", "="),
]
FIELDS = (
    "campaign",
    "source",
    "questionnaire",
    "language",
    "expires",
    "limit",
    "shared_screen",
    "interviews",
)
A_VISIT = 20  # requests, fewer than one may send at once


async def visit(office: Office, client: httpx.AsyncClient, role: Role) -> str:
    """Begin a visit without the form of the sign-in page, whose rate is limited; return its token."""
    account, secret = await office.account(role), visits.new_secret()
    keys, store = office.web.desk.keys, office.web.store
    link = await office.link(account)
    digest = visits.link_digest(keys, link) or ""
    assert await store.sign_in(digest, visits.visit_digest(keys, secret), office.web.clock())
    client.cookies.set("attune-staff", secret)
    return visits.form_token(keys, secret)


async def send_anything(office: Office, times: int) -> set[int]:
    """Send requests of anything to anywhere; return how they were answered."""
    chance = random.Random(12)
    invite = await office.web.invite()
    everywhere = [one for one in addresses(invite.code) if not one[1].endswith("/leave")]

    def anything(most: int) -> str:
        return "".join(chance.choices(PIECES, k=chance.randrange(most)))

    answered: set[int] = set()
    browser = await office.browser(follow_redirects=False)
    for _ in range(times // A_VISIT):
        token = await visit(office, browser.client, chance.choice(list(Role)))
        for _ in range(A_VISIT):
            method, path = chance.choice(everywhere)
            query = {anything(2) or "language": anything(4), "period": anything(3), "people": anything(2)}
            form = {name: anything(5) for name in chance.sample(FIELDS, 5)} | {"token": token}
            sent = form if method == "POST" else None
            answer = await browser.client.request(method, path, params=query, data=sent)
            assert answer.status_code < 500, (method, path, query, form)
            assert "content-security-policy" in answer.headers
            answered.add(answer.status_code)
    return answered


@pytest.mark.slow
async def test_some_of_it(office: Office) -> None:
    """A few dozen requests, some of which come through."""
    assert {200, 303} <= await send_anything(office, 40)


@pytest.mark.slow
async def test_a_lot_of_it(office: Office) -> None:
    """Several hundred of them."""
    assert {200, 303, 403, 422} <= await send_anything(office, 600)
