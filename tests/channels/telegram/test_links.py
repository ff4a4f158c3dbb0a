"""The links under a message of Telegram's: a tip's, counted on the way; and the one that is passed on."""

import re
from dataclasses import replace

import pytest

from bot.storage.invites import Destination, Invite, new_code
from bot.turns import Desk
from tests.channels.telegram.bot import running, time_of
from tests.emulator import Clock, Emulator, Phone

HOME = "https://quiz.example.org"
PLAIN = "https://medlineplus.gov/exerciseandphysicalfitness.html"


@pytest.fixture
async def invite(desk: Desk, clock: Clock) -> Invite:
    """An invite to the questions that have tips."""
    made = Invite(new_code(), "example-hospital", "health-mindset", "autumn", time_of(clock))
    await desk.store.keep_invite(made)
    return made


async def to_the_result(ana: Phone, invite: Invite) -> None:
    """Begin with the invite and answer everything."""
    await ana.starts(invite.code)
    for label in ("Let's begin", "I am 18 or older and I agree", "No, just my tips"):
        await ana.taps(label)
    for number in range(1, 13):
        await ana.sees(f"{number} of 12")
        await ana.taps("Mostly")
    await ana.taps("Show my result")
    await ana.sees("Your result is ready.")


def addresses(ana: Phone) -> list[str]:
    """Return where the buttons of the newest message lead."""
    keyboard = ana.visible[-1].keyboard
    return [button["url"] for row in keyboard for button in row if "url" in button]


@pytest.mark.parametrize("home", [HOME, None])
async def test_a_tips_link_leads_through_the_count_where_that_is_served(
    telegram: Emulator, desk: Desk, ana: Phone, invite: Invite, home: str | None
) -> None:
    """Its id says nothing; behind it stand organisation, campaign, segment and topic, and no person."""
    async with running(telegram, replace(desk, links_at=home)):
        await to_the_result(ana, invite)
        await ana.taps("Show me a tip")
        await ana.sees("One thing to do today")
        (address,) = addresses(ana)
    if home is None:
        assert address == PLAIN
        return
    found = re.fullmatch(rf"{HOME}/go/([A-Za-z0-9_-]{{16}})", address)
    assert found, address
    there = await desk.store.destination(found[1])
    assert there is not None
    assert there.segment
    known = Destination("example-hospital", "health-mindset", "activity", "en", there.segment, invite.code)
    assert there == known


async def test_what_is_passed_on_is_the_invites_own_second_code(
    telegram: Emulator, desk: Desk, ana: Phone, invite: Invite
) -> None:
    """To share in Telegram or to copy; whoever is given it begins with the same campaign."""
    async with running(telegram, desk) as bot:
        await to_the_result(ana, invite)
        await ana.taps("That's all")
        await ana.taps("Share the questions")
        await ana.sees("Pass on the questions, never your result.")
        (share,) = addresses(ana)
        assert invite.share in share
        assert invite.code not in share
        assert f"{bot.service.link}?start={invite.share}" in str(ana.visible[-1].keyboard)
        ben = telegram.phone("Ben")
        await to_the_result(ben, replace(invite, code=invite.share))
    counts = {name: n for (_, name), n in (await desk.store.counts()).items()}
    assert counts[f"shared:{invite.code}"] == counts[f"brought:{invite.code}"] == 1
