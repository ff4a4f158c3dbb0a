"""Accounts, one-time links, visits and what was done: what every store promises about them."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.storage.staff import (
    DEED_AGE,
    LINK_AGE,
    VISIT_AGE,
    VISIT_IDLE,
    Account,
    Deed,
    Role,
    Visit,
    new_account_id,
)
from bot.storage.store import Store
from tests.storage.made import NOON

EVE = Account("e0", "example-hospital", Role.EDITOR, "Ward 3", NOON)
SOON = NOON + timedelta(minutes=1)
LATER = NOON + LINK_AGE


async def signed_in(store: Store, account: Account = EVE, visit: str = "visit") -> None:
    """Let somebody sign in."""
    await store.keep_account(account)
    assert await store.offer_sign_in(f"link of {visit}", account.id, LATER)
    assert await store.sign_in(f"link of {visit}", visit, NOON) == account


async def sweep(store: Store, by: timedelta) -> None:
    """Let the daily sweep come."""
    day = timedelta(days=1)
    await store.sweep(NOON + by, address_age=30 * day, retention=None, unconsented=day)


class TestAnAccount:
    async def test_is_kept_and_listed(self, store: Store) -> None:
        other = replace(EVE, id="f0", organisation="other", created_at=SOON, role=Role.EXPORTER)
        for one in (other, EVE):
            await store.keep_account(one)
        assert await store.account("e0") == EVE
        assert await store.account("a0") is None
        assert list(await store.accounts()) == [EVE, other]
        assert list(await store.accounts("other")) == [other]

    async def test_is_closed_once_for_good_with_its_visits_and_its_link(self, store: Store) -> None:
        await signed_in(store)
        await signed_in(store, replace(EVE, id="f0"), "another's")
        await store.offer_sign_in("next", EVE.id, LATER)
        assert await store.close_account(EVE.id, SOON)
        assert await store.close_account(EVE.id, LATER)
        assert not await store.close_account("a0", SOON)
        assert await store.account(EVE.id) == replace(EVE, closed_at=SOON)
        assert await store.visit("visit", SOON) is None
        assert await store.sign_in("next", "again", SOON) is None
        assert not await store.offer_sign_in("new", EVE.id, LATER)
        assert await store.visit("another's", SOON) is not None

    def test_has_an_id_that_is_easily_typed(self) -> None:
        assert all(len(one) == 10 and one.isalnum() for one in (new_account_id() for _ in range(9)))


class TestALink:
    async def test_says_whose_it_is_and_stays_unused(self, store: Store) -> None:
        await store.keep_account(EVE)
        await store.offer_sign_in("link", EVE.id, LATER)
        for _ in range(2):
            assert await store.sign_in_offered("link", NOON) == EVE
        assert await store.sign_in_offered("another", NOON) is None

    async def test_works_once_whoever_comes_at_the_same_moment(self, store: Store) -> None:
        await store.keep_account(EVE)
        await store.offer_sign_in("link", EVE.id, LATER)
        came = await asyncio.gather(*(store.sign_in("link", f"v{n}", NOON) for n in range(20)))
        assert [one for one in came if one is not None] == [EVE]
        visits = [await store.visit(f"v{n}", NOON) for n in range(20)]
        assert len([one for one in visits if one is not None]) == 1
        assert await store.sign_in_offered("link", NOON) is None

    async def test_works_until_its_time_is_up(self, store: Store) -> None:
        await store.keep_account(EVE)
        await store.offer_sign_in("link", EVE.id, LATER)
        assert await store.sign_in_offered("link", LATER) is None
        assert await store.sign_in("link", "visit", LATER) is None
        assert await store.sign_in("link", "visit", LATER - timedelta(seconds=1)) == EVE

    async def test_voids_the_one_before(self, store: Store) -> None:
        await store.keep_account(EVE)
        await store.offer_sign_in("first", EVE.id, LATER)
        await store.offer_sign_in("second", EVE.id, LATER)
        assert await store.sign_in("first", "visit", NOON) is None
        assert await store.sign_in("second", "visit", NOON) == EVE

    async def test_is_for_somebody_who_is_there(self, store: Store) -> None:
        assert not await store.offer_sign_in("link", "a0", LATER)


class TestAVisit:
    async def test_goes_on_while_it_is_in_use(self, store: Store) -> None:
        await signed_in(store)
        assert await store.visit("visit", SOON) == Visit(EVE, NOON, NOON)
        await store.see_visit("visit", SOON)
        assert await store.visit("visit", NOON + VISIT_IDLE) == Visit(EVE, NOON, SOON)
        assert await store.visit("visit", SOON + VISIT_IDLE) is None

    async def test_ends_after_some_hours_in_any_case(self, store: Store) -> None:
        await signed_in(store)
        at = NOON + VISIT_AGE
        await store.see_visit("visit", at - timedelta(minutes=1))
        assert await store.visit("visit", at - timedelta(seconds=1)) is not None
        assert await store.visit("visit", at) is None

    async def test_ends_when_it_is_left(self, store: Store) -> None:
        await signed_in(store)
        await store.end_visit("visit")
        await store.end_visit("another")
        await store.see_visit("visit", SOON)
        assert await store.visit("visit", SOON) is None


class TestWhatWasDone:
    async def test_is_written_down_the_newest_first(self, store: Store) -> None:
        await signed_in(store)
        made = Deed(SOON, EVE.organisation, EVE.id, "invite_made", "A" * 16)
        await store.record(made)
        await store.record(replace(made, organisation="other", at=LATER))
        assert list(await store.deeds(EVE.organisation)) == [
            made,
            Deed(NOON, EVE.organisation, EVE.id, "signed_in"),
        ]
        assert len(await store.deeds()) == 3
        assert list(await store.deeds(most=1)) == [replace(made, organisation="other", at=LATER)]

    async def test_is_forgotten_after_a_year(self, store: Store) -> None:
        await signed_in(store)
        await sweep(store, DEED_AGE - timedelta(days=1))
        assert len(await store.deeds()) == 1
        await sweep(store, DEED_AGE)
        assert not await store.deeds()


async def test_everybody_can_be_signed_out(store: Store) -> None:
    """No visit goes on and no link works, but the accounts are there."""
    await signed_in(store)
    await store.offer_sign_in("link", EVE.id, LATER)
    await store.sign_everybody_out()
    assert await store.visit("visit", SOON) is None
    assert await store.sign_in_offered("link", SOON) is None
    assert await store.account(EVE.id) == EVE


async def test_the_sweep_leaves_what_goes_on(store: Store) -> None:
    """A visit and a link in their time stay; later nothing of them does, and the account is still there."""
    await signed_in(store)
    await store.offer_sign_in("link", EVE.id, LATER)
    await sweep(store, timedelta(minutes=5))
    assert await store.visit("visit", SOON) is not None
    assert await store.sign_in_offered("link", SOON) == EVE
    await sweep(store, timedelta(days=2))
    assert await store.visit("visit", SOON) is None
    assert await store.sign_in_offered("link", SOON) is None
    assert await store.account(EVE.id) == EVE
