"""Invites, tracked links, resume codes: what both stores promise about them."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.storage.counting import ArmTaps
from bot.storage.invites import Destination, Invite, paused
from bot.storage.store import Outcome, Saved, Store
from tests.storage.made import NOON, Interview, began, erased

INVITE = Invite("A" * 16, "example-hospital", "made", "autumn", NOON, limit=11)
THERE = Destination("example-hospital", "made", "sleep", "en", "helper", "A" * 16)


class TestAnInvite:
    async def test_is_kept_and_listed(self, store: Store) -> None:
        other = replace(INVITE, code="B" * 16, organisation="other", created_at=NOON + timedelta(1))
        for one in (other, INVITE):
            await store.keep_invite(one)
        assert await store.invite("A" * 16) == INVITE
        assert await store.invite("C" * 16) is None
        assert list(await store.invites()) == [INVITE, other]
        assert list(await store.invites("other")) == [other]

    async def test_is_closed_once_for_good(self, store: Store) -> None:
        await store.keep_invite(INVITE)
        assert await store.close_invite(INVITE.code, NOON)
        assert await store.close_invite(INVITE.code, NOON + timedelta(1))
        assert not await store.close_invite("C" * 16, NOON)
        assert await store.invite(INVITE.code) == replace(INVITE, closed_at=NOON)

    async def test_counts_who_begins_in_the_same_transaction(self, store: Store) -> None:
        """Thirty begin at once with a limit of eleven: eleven do, and the count says so."""
        await store.keep_invite(INVITE)
        outcomes = await asyncio.gather(
            *(store.save(Saved(f"P{n}"), began(f"s{n}", invite=INVITE.code), f"k{n}") for n in range(30))
        )
        assert outcomes.count(Outcome.STORED) == 11
        assert outcomes.count(Outcome.CONFLICT) == 19
        assert await store.invite(INVITE.code) == replace(INVITE, begun=11)

    async def test_admits_nobody_where_it_is_unknown_closed_or_expired(self, store: Store) -> None:
        expired = replace(INVITE, code="B" * 16, expires_at=NOON)
        closed = replace(INVITE, code="C" * 16, closed_at=NOON)
        for one in (expired, closed):
            await store.keep_invite(one)
        for code in ("D" * 16, "B" * 16, "C" * 16):
            turn = began(f"with {code}", invite=code)
            assert await store.save(Saved("P"), turn, f"k{code}") is Outcome.CONFLICT
        assert (await store.load("P")).session is None

    async def test_is_opened_with_the_code_that_is_passed_on_too(self, store: Store) -> None:
        """It counts as the invite's own; only a shared screen is at home with the first."""
        at_a_tablet = replace(INVITE, shared_screen=True)
        await store.keep_invite(at_a_tablet)
        assert await store.invite(INVITE.code) == at_a_tablet
        assert await store.invite(INVITE.share) == INVITE

    async def test_begins_nothing_while_its_organisation_is_paused(self, store: Store) -> None:
        """With an invite or without, decided where the session is stored; a second part goes on."""
        await store.keep_invite(INVITE)
        first = began("first")
        assert first.session is not None
        await store.save(Saved("P"), first, "k0")
        await store.remember(paused("example-hospital"), "since")
        for number, code in enumerate((INVITE.code, None)):
            turn = began(f"s{number}", invite=code)
            assert await store.save(Saved(f"Q{number}"), turn, f"k{code}") is Outcome.CONFLICT
        second = began("second", follows=first.session.id)
        assert await store.save(await store.load("P"), second, "k2") is Outcome.STORED
        await store.remember(paused("example-hospital"), "")
        assert await store.save(Saved("Q"), began("s3", invite=INVITE.code), "k3") is Outcome.STORED
        assert await store.invite(INVITE.code) == replace(INVITE, begun=1)

    async def test_counts_a_second_part_once(self, store: Store) -> None:
        await store.keep_invite(INVITE)
        first = began("first", invite=INVITE.code)
        assert first.session is not None
        await store.save(Saved("P"), first, "k1")
        second = began("second", invite=INVITE.code, follows=first.session.id)
        assert await store.save(await store.load("P"), second, "k2") is Outcome.STORED
        found = await store.invite(INVITE.code)
        assert found is not None
        assert found.begun == 1


class TestATrackedLink:
    async def test_has_one_opaque_id_for_one_destination(self, store: Store) -> None:
        links = set(await asyncio.gather(*(store.link(THERE) for _ in range(5))))
        other = await store.link(replace(THERE, segment=""))
        assert len(links) == 1
        (link,) = links
        assert other != link
        assert await store.destination(link) == THERE
        assert await store.destination("x" * 16) is None

    async def test_differs_by_the_arm_of_an_experiment(self, store: Store) -> None:
        """And is the same for all who are in the same arm."""
        arms = ("own", "neutral", "", "own")
        links = [await store.link(replace(THERE, arm=arm)) for arm in arms]
        assert len(set(links)) == 3
        assert links[0] == links[3]
        found = [await store.destination(link) for link in links]
        assert [one and one.arm for one in found] == list(arms)

    async def test_tells_research_its_taps_by_arm_and_segment(self, store: Store) -> None:
        """Over all topics and invites of one questionnaire, since the first day; without those of no arm."""
        places = [
            replace(THERE, arm="own"),
            replace(THERE, arm="own", topic="food", invite=""),
            replace(THERE, arm="neutral"),
            replace(THERE, arm="neutral", segment="doer"),
            replace(THERE, arm="own", questionnaire="other"),
            THERE,
        ]
        for day, where in enumerate(places):
            for _ in range(day + 1):
                await store.tally(NOON + timedelta(day), [f"tapped:{await store.link(where)}"])
        await store.link(replace(THERE, arm="own", segment="never tapped"))
        async with store.snapshot() as snapshot:
            await store.tally(NOON, [f"tapped:{await store.link(places[0])}"])
            taps = {("own", "helper"): 3, ("neutral", "helper"): 3, ("neutral", "doer"): 4}
            assert await snapshot.arm_taps("made") == ArmTaps(taps, NOON.date().isoformat())
            assert await snapshot.arm_taps("unknown") == ArmTaps()

    async def test_is_counted_for_the_day(self, store: Store) -> None:
        for _ in range(3):
            await store.tally(NOON, ["tapped:x"])
        assert (await store.counts())[NOON.date().isoformat(), "tapped:x"] == 3


class TestAResumeCode:
    async def test_leads_to_its_person_until_it_expires(self, store: Store) -> None:
        await Interview(store, "P").begin()
        await store.offer_resume("digest", "P", NOON + timedelta(days=1))
        assert await store.resumes("digest", NOON) == "P"
        assert await store.resumes("digest", NOON + timedelta(days=1)) is None
        assert await store.resumes("another", NOON) is None

    async def test_is_gone_with_its_person(self, store: Store) -> None:
        interview = Interview(store, "P")
        await interview.begin()
        await store.offer_resume("digest", "P", NOON + timedelta(days=1))
        assert await interview.take(erased(NOON)) is Outcome.STORED
        await store.offer_resume("late", "P", NOON + timedelta(days=1))
        await interview.begin()
        assert await store.resumes("digest", NOON) is None
        assert await store.resumes("late", NOON) is None

    async def test_is_dropped_by_the_sweep_of_its_person(self, store: Store) -> None:
        await Interview(store, "P").begin()
        await store.offer_resume("digest", "P", NOON + timedelta(days=9))
        times = {"address_age": timedelta(30), "unconsented": timedelta(1)}
        await store.sweep(NOON + timedelta(days=2), retention=None, **times)
        assert await store.resumes("digest", NOON) is None
