"""What every store promises, claim by claim, over each of them."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.conversation.events import Answered, Began, OfferAnswered
from bot.conversation.session import Step
from bot.storage import erasing
from bot.storage import snapshot as snapshot_module
from bot.storage.codes import person_code, response_code
from bot.storage.store import Outcome, Owed, Parked, Saved, Snapshot, Store, StoredSession, Swept
from tests.storage.made import (
    EDITION,
    ITEMS,
    NOON,
    REPLIES,
    Interview,
    allowed,
    an_edition,
    answered,
    asked,
    began,
    consented,
    erased,
    interviewed,
    moved,
    receipt,
    stopped,
)

P, Q = "PERSON", "QUEUER"
DAY, MONTH = timedelta(days=1), timedelta(days=30)


class TestATurn:
    async def test_is_what_the_next_load_returns(self, store: Store) -> None:
        turn = began("seed")
        assert await store.save(Saved(P), turn, "k1", address=b"sealed") is Outcome.STORED
        assert await store.load(P) == Saved(P, turn.session, 1, b"sealed", "k1")

    async def test_is_stored_once_for_a_key(self, store: Store) -> None:
        """The same key again changes nothing, whatever comes with it."""
        await store.save(Saved(P), began("seed"), "k1")
        before = await store.load(P)
        assert before.session is not None
        other = answered(before.session, NOON, "sleep", "low")
        assert await store.save(before, other, "k1") is Outcome.HEARD_BEFORE
        assert await store.load(P) == before
        assert await store.counts() == {("2026-11-24", "began"): 1}

    async def test_conflicts_where_somebody_moved_the_session_first(self, store: Store) -> None:
        interview = Interview(store, P)
        await interview.begin()
        before = await store.load(P)
        assert before.session is not None
        assert await store.save(before, consented(before.session, NOON), "a") is Outcome.STORED
        assert await store.save(before, consented(before.session, NOON), "b") is Outcome.CONFLICT
        assert (await store.load(P)).turn == 2
        assert await store.save(before, asked(before.session, NOON), "b") is Outcome.CONFLICT

    async def test_that_begins_conflicts_where_there_is_a_session_already(self, store: Store) -> None:
        await Interview(store, P).begin()
        assert await store.save(Saved(P), began("other"), "k") is Outcome.CONFLICT

    async def test_leaves_its_key_free_after_a_conflict(self, store: Store) -> None:
        await Interview(store, P).begin()
        assert await store.save(Saved(P), began("other"), "k") is Outcome.CONFLICT
        saved = await store.load(P)
        assert saved.session is not None
        assert await store.save(saved, consented(saved.session, NOON), "k") is Outcome.STORED

    async def test_that_is_not_kept_changes_no_session(self, store: Store) -> None:
        """Its reply is owed and its name is counted; the session, its turn and its key stay."""
        await Interview(store, P).begin()
        before = await store.load(P)
        assert await store.save(before, asked(before.session, NOON + DAY), "k") is Outcome.STORED
        assert await store.load(P) == before
        assert [owed.key for owed in await store.owed()] == ["key:PERSON:1", "k"]
        assert await store.counts() == {("2026-11-24", "began"): 1, ("2026-11-25", "helped"): 1}

    async def test_of_nobody_leaves_nothing_of_a_person(self, store: Store) -> None:
        assert await store.save(Saved(P), asked(None, NOON), "k", address=b"sealed") is Outcome.STORED
        assert await store.load(P) == Saved(P)
        assert await store.owed() == []
        assert not await store.note("k", NOON)

    async def test_that_begins_again_makes_the_new_session_the_present_one(self, store: Store) -> None:
        interview = Interview(store, P)
        first = await interview.begin()
        await interview.consent()
        await interview.stop()
        second = await interview.begin()
        assert second.id != first.id
        assert [one.id for one in await store.sessions_of(P)] == [first.id, second.id]

    async def test_on_an_older_session_makes_that_the_present_one(self, store: Store) -> None:
        interview = Interview(store, P)
        first = await interview.begin()
        await interview.stop()
        await interview.begin()
        second = await interview.stop()
        saved = await store.load(P, first.id)
        assert (saved.session and saved.session.id, saved.turn) == (first.id, 2)
        assert saved.session is not None
        assert await store.save(saved, asked(saved.session, NOON), "k") is Outcome.STORED
        assert (await interview.session()).id == first.id
        assert (await store.load(P, second.id)).session == second

    async def test_without_its_edition_is_a_fault_and_stores_nothing(self, store: Store) -> None:
        with pytest.raises(ValueError, match="edition"):
            await store.save(Saved(P), began("seed", edition="f" * 64), "k")
        assert await store.load(P) == Saved(P)
        assert await store.note("k", NOON)

    async def test_cannot_begin_a_session_of_somebody_else(self, store: Store) -> None:
        await store.save(Saved(P), began("seed"), "a")
        with pytest.raises(ValueError, match="another person"):
            await store.save(Saved(Q), began("seed"), "b")
        assert await store.load(Q) == Saved(Q)


class TestLoad:
    async def test_of_a_stranger_is_empty(self, store: Store) -> None:
        assert await store.load(P, "whatever") == Saved(P)

    async def test_prefers_the_present_session_until_it_has_ended(self, store: Store) -> None:
        interview = Interview(store, P)
        first = await interview.begin()
        await interview.stop()
        second = await interview.begin()
        assert (await store.load(P, first.id)).session == second

    async def test_never_returns_a_session_of_somebody_else(self, store: Store) -> None:
        other = await Interview(store, Q).begin()
        interview = Interview(store, P)
        await interview.begin()
        mine = await interview.stop()
        assert (await store.load(P, other.id)).session == mine


class TestManyAtOnce:
    async def test_each_turn_has_its_own_outcome(self, store: Store) -> None:
        """A conflict, a known key and a fault in one commit leave their neighbours alone."""
        await store.save(Saved("LATE"), began("late"), "late")
        saves = [store.save(Saved(f"P{n}"), began(f"s{n}"), f"k{n}") for n in range(20)]
        saves.insert(5, store.save(Saved("LATE"), began("later"), "x1"))
        saves.insert(9, store.save(Saved("Z"), began("z"), "late"))
        saves.insert(13, store.save(Saved("F"), began("f", edition="0" * 64), "x2"))
        outcomes = await asyncio.gather(*saves, return_exceptions=True)
        assert outcomes.pop(13).__class__ is ValueError
        assert outcomes.pop(9) is Outcome.HEARD_BEFORE
        assert outcomes.pop(5) is Outcome.CONFLICT
        assert outcomes == [Outcome.STORED] * 20
        assert [(await store.load(f"P{n}")).turn for n in range(20)] == [1] * 20
        assert (await store.load("F")).session is None

    async def test_one_person_twice_in_one_commit_moves_once(self, store: Store) -> None:
        session = await Interview(store, P).begin()
        saved = await store.load(P)
        turn = consented(session, NOON)
        outcomes = await asyncio.gather(*(store.save(saved, turn, f"k{n}") for n in range(5)))
        assert sorted(outcomes) == [Outcome.CONFLICT] * 4 + [Outcome.STORED]
        assert (await store.load(P)).turn == 2

    async def test_one_key_many_times_in_one_commit_is_stored_once(self, store: Store) -> None:
        outcomes = await asyncio.gather(*(store.save(Saved(f"P{n}"), began(f"s{n}"), "k") for n in range(5)))
        assert sorted(outcomes) == [Outcome.HEARD_BEFORE] * 4 + [Outcome.STORED]

    async def test_turns_that_were_made_ahead_keep_their_order(self, store: Store) -> None:
        """Three turns of one person in one commit, each on the one before."""
        first, saved = began("seed"), [Saved(P)]
        assert first.session is not None
        second = consented(first.session, NOON)
        assert second.session is not None
        third = allowed(second.session, NOON)
        saved += [Saved(P, first.session, 1), Saved(P, second.session, 2)]
        turns = (first, second, third)
        outcomes = await asyncio.gather(
            *(store.save(one, turn, f"k{n}") for n, (one, turn) in enumerate(zip(saved, turns, strict=True)))
        )
        assert outcomes == [Outcome.STORED] * 3
        assert (await store.load(P)).session == third.session
        async with store.snapshot() as snapshot:
            (stored,) = [one async for one in snapshot.sessions("made")]
        assert [as_of for as_of, _ in stored.events] == [1, 2, 3]

    async def test_workers_that_race_store_every_answer_once(self, store: Store) -> None:
        """20 people x 4 answers, each delivered twice and retried on conflict: all are there exactly once."""

        async def deliver(person: str, item: str, key: str) -> None:
            while True:
                saved = await store.load(person)
                assert saved.session is not None
                outcome = await store.save(saved, answered(saved.session, NOON, item, "low"), key)
                if outcome is not Outcome.CONFLICT:
                    return

        people = [f"P{n}" for n in range(20)]
        for person in people:
            await Interview(store, person).begin()
        twice = [(person, item) for person in people for item in ITEMS] * 2
        await asyncio.gather(*(deliver(person, item, f"{person}/{item}") for person, item in twice))
        for person in people:
            saved = await store.load(person)
            assert saved.session is not None
            assert saved.turn == 1 + len(ITEMS)
            assert {item: answer.edits for item, answer in saved.session.answers.items()} == dict.fromkeys(
                ITEMS, 0
            )


class TestKeysWithoutATurn:
    async def test_are_known_from_then_on(self, store: Store) -> None:
        assert await store.note("k", NOON, ("sticker",))
        assert not await store.note("k", NOON, ("sticker",))
        assert await store.save(Saved(P), began("seed"), "k") is Outcome.HEARD_BEFORE
        assert await store.counts() == {("2026-11-24", "sticker"): 1}

    async def test_are_known_of_parked_updates_too(self, store: Store) -> None:
        parked = Parked("k", "message", ("chat", "from"), "ValueError", NOON)
        assert await store.park(parked)
        assert not await store.park(parked)
        assert not await store.note("k", NOON)


class TestReplies:
    async def test_are_owed_until_they_were_sent(self, store: Store) -> None:
        session = await Interview(store, P).begin(address=b"sealed")
        assert await store.owed() == [Owed(P, "key:PERSON:1", REPLIES, session, b"sealed", NOON)]
        store.sent(P, "key:PERSON:1", b"sealed with the living message")
        assert (await store.load(P)).address == b"sealed with the living message"
        assert await store.owed() == []

    async def test_are_owed_in_the_order_they_were_saved(self, store: Store) -> None:
        for n in (3, 1, 2):
            await Interview(store, f"P{n}").begin()
        store.sent("P1", "key:P1:1")
        assert [owed.person for owed in await store.owed()] == ["P3", "P2"]

    async def test_that_were_sent_to_somebody_erased_keep_nothing(self, store: Store) -> None:
        await Interview(store, P).begin(address=b"sealed")
        assert await store.save(await store.load(P), erased(NOON), "k") is Outcome.STORED
        store.sent(P, "key:PERSON:1", b"sealed again")
        await store.flush()
        assert await store.load(P) == Saved(P)

    async def test_carry_their_session_as_it_stands_now(self, store: Store) -> None:
        interview = Interview(store, P)
        await interview.begin()
        session = await interview.consent()
        assert [owed.session for owed in await store.owed()] == [session] * 3


class TestActivePeople:
    async def test_are_those_in_an_interview_under_way(self, store: Store) -> None:
        now = NOON + timedelta(seconds=10)
        await interviewed(store, "ACTIVE")
        await interviewed(store, "BLOCKED")
        await store.reachable("BLOCKED", yes=False)
        await Interview(store, "STOPPED").begin(address=b"a")
        await Interview(store, "STOPPED", key=9).stop()
        await Interview(store, "NOWHERE").begin()
        assert [active.person for active in await store.active_since(NOON)] == ["ACTIVE"]
        assert await store.active_since(now) == []

    async def test_come_back_when_they_are_reachable_again(self, store: Store) -> None:
        session = await interviewed(store, P)
        await store.reachable(P, yes=False)
        await store.reachable(P, yes=True)
        (active,) = await store.active_since(NOON)
        assert (active.session, active.turn, active.address) == (session, 7, b"sealed address of PERSON")

    async def test_are_active_too_while_they_only_look(self, store: Store) -> None:
        """An event that isn't kept is a sign of life all the same."""
        session = await interviewed(store, P)
        await store.save(await store.load(P), asked(session, NOON + DAY), "k")
        assert len(await store.active_since(NOON + DAY)) == 1


class TestPeopleWhoWantToBeAskedAgain:
    async def wished(self, store: Store, person: str, *, address: bytes | None = b"a", **more: Any) -> None:
        interview = Interview(store, person)
        await interview.begin(address=address)
        session = await interview.consent()
        event = OfferAnswered(NOON, "retest", accepted=True)
        offers = {"offers": {"retest": True}, "step": Step.RESULT, "ended_at": NOON}
        await interview.take(moved(session, event, **offers | more))

    async def test_are_those_who_said_so_and_were_not_asked_since(self, store: Store) -> None:
        await self.wished(store, "WISHED")
        await self.wished(store, "DECLINED", offers={"retest": False})
        await self.wished(store, "ASKED", asked_again_at=NOON)
        await self.wished(store, "BLOCKED")
        await store.reachable("BLOCKED", yes=False)
        await self.wished(store, "NOWHERE", address=None)
        await self.wished(store, "LONG AGO", ended_at=NOON - DAY)
        await self.wished(store, "WITHDRAWN")
        withdrawn = await store.load("WITHDRAWN")
        assert withdrawn.session is not None
        await store.save(withdrawn, allowed(withdrawn.session, NOON, research=False), "no")
        (found,) = await store.wishing_retest(NOON)
        assert (found.person, found.turn, found.address) == ("WISHED", 4, b"a")
        assert found.session == (await store.load("WISHED")).session


class TestErasure:
    async def test_leaves_nothing_of_the_person_and_everything_of_others(self, store: Store) -> None:
        await interviewed(store, P)
        other = await interviewed(store, Q)
        assert await store.save(await store.load(P), erased(NOON), "k", receipt=receipt()) is Outcome.STORED
        assert await store.load(P) == Saved(P)
        assert await store.sessions_of(P) == []
        assert {owed.person for owed in await store.owed()} == {Q}
        assert (await store.load(Q)).session == other
        assert (await store.counts())["2026-11-24", "erased"] == 1

    async def test_is_pending_until_it_is_verified(self, store: Store) -> None:
        await interviewed(store, P)
        await store.save(await store.load(P), erased(NOON), "k", receipt=receipt())
        assert await store.erasures_pending() == 1
        assert await store.verify_erasures() == [receipt()]
        assert await store.erasures_pending() == 0

    async def test_has_its_receipt_until_that_was_sent(self, store: Store) -> None:
        await interviewed(store, P)
        await store.save(await store.load(P), erased(NOON), "k", receipt=receipt())
        await store.verify_erasures()
        assert await store.verify_erasures() == [receipt()]
        await store.receipt_sent(receipt().erasure)
        assert await store.verify_erasures() == []
        assert await store.erasures_pending() == 0

    async def test_returns_receipts_oldest_first(self, store: Store) -> None:
        for n, erasure in enumerate("cab"):
            turn = erased(NOON)
            await store.save(Saved(P), turn, f"k{n}", receipt=receipt(erasure, NOON + n * DAY))
        assert [one.erasure for one in await store.verify_erasures()] == ["c", "a", "b"]

    async def test_without_a_receipt_leaves_only_key_and_count(self, store: Store) -> None:
        await Interview(store, P).begin(address=b"sealed")
        assert await store.save(await store.load(P), erased(NOON), "k") is Outcome.STORED
        assert await store.erasures_pending() == 1
        assert await store.verify_erasures() == []
        assert await store.erasures_pending() == 0
        assert not await store.note("k", NOON)

    async def test_conflicts_where_the_session_moved_meanwhile(self, store: Store) -> None:
        session = await Interview(store, P).begin()
        saved = await store.load(P)
        await store.save(saved, consented(session, NOON), "a")
        assert await store.save(saved, erased(NOON), "b") is Outcome.CONFLICT

    async def test_makes_every_late_turn_a_conflict(self, store: Store) -> None:
        """A tap that was underway when everything was erased creates nothing."""
        session = await Interview(store, P).begin()
        saved = await store.load(P)
        await store.save(saved, erased(NOON), "a")
        assert await store.save(saved, consented(session, NOON), "b") is Outcome.CONFLICT
        assert await store.save(saved, asked(session, NOON), "c") is Outcome.CONFLICT
        assert await store.load(P) == Saved(P)
        assert await store.owed() == []

    async def test_lets_the_person_begin_again_as_a_stranger(self, store: Store) -> None:
        interview = Interview(store, P)
        await interview.begin(address=b"sealed")
        await interview.take(erased(NOON))
        session = await interview.begin()
        assert await store.load(P) == Saved(P, session, 1, None, "key:PERSON:3")


async def sweep(store: Store, days: float, retention: timedelta | None = None) -> Swept:
    """Sweep so many days after noon."""
    return await store.sweep(
        NOON + days * DAY, address_age=MONTH, retention=retention, unconsented=timedelta(hours=24)
    )


class TestSweeping:
    async def test_erases_sessions_that_nobody_agreed_to_after_a_day(self, store: Store) -> None:
        await Interview(store, P).begin(address=b"sealed")
        assert await sweep(store, 0.9) == Swept()
        assert await sweep(store, 1.1) == Swept(unconsented=1)
        assert await store.load(P) == Saved(P)
        assert await store.owed() == []
        assert (await store.counts())["2026-11-25", "never_consented"] == 1
        assert await store.erasures_pending() == 1
        assert await store.verify_erasures() == []
        assert await store.erasures_pending() == 0

    async def test_keeps_the_consented_sessions_of_the_same_person(self, store: Store) -> None:
        interview = Interview(store, P)
        await interview.begin(address=b"sealed")
        await interview.consent()
        first = await interview.stop()
        await interview.begin()
        assert await sweep(store, 1.1) == Swept(unconsented=1)
        assert await store.load(P) == Saved(P, first, 4, b"sealed", "key:PERSON:4")

    async def test_drops_addresses_a_month_after_the_end(self, store: Store) -> None:
        interview = Interview(store, P)
        await interview.begin(address=b"sealed")
        await interview.consent()
        session = await interview.stop()
        assert await sweep(store, 29) == Swept(keys=4)
        assert (await store.load(P)).address == b"sealed"
        assert await sweep(store, 31) == Swept(addresses=1)
        assert await store.load(P) == Saved(P, session, 4, None, "key:PERSON:4")
        assert await store.erasures_pending() == 1

    async def test_drops_addresses_although_somebody_looked_again_later(self, store: Store) -> None:
        """What counts is the end of the interview, not the last tip that was read."""
        interview = Interview(store, P)
        await interview.begin(address=b"sealed")
        await interview.consent()
        session = await interview.stop()
        await store.save(await store.load(P), asked(session, NOON + 20 * DAY), "k")
        assert (await sweep(store, 31)).addresses == 1

    async def test_drops_addresses_of_those_who_fell_silent(self, store: Store) -> None:
        await interviewed(store, P)
        await store.save(await store.load(P), asked((await store.load(P)).session, NOON + 5 * DAY), "k")
        assert (await sweep(store, 34)).addresses == 0
        assert (await sweep(store, 36)).addresses == 1

    async def test_prunes_keys_after_a_week(self, store: Store) -> None:
        await store.note("old", NOON)
        await store.note("new", NOON + 3 * DAY)
        assert await sweep(store, 8) == Swept(keys=1)
        assert await store.note("old", NOON)
        assert not await store.note("new", NOON)

    async def test_prunes_receipts_that_could_not_be_sent_after_a_day(self, store: Store) -> None:
        await store.save(Saved(P), erased(NOON), "k", receipt=receipt())
        await store.verify_erasures()
        await sweep(store, 0.9)
        assert await store.verify_erasures() == [receipt()]
        await sweep(store, 1.1)
        assert await store.verify_erasures() == []

    @pytest.mark.slow
    async def test_retires_what_was_kept_long_enough(self, store: Store) -> None:
        await interviewed(store, P)
        assert (await sweep(store, 400)).retired == 0
        assert (await sweep(store, 400, retention=365 * DAY)).retired == 1
        assert await store.load(P) == Saved(P)

    async def test_erases_more_than_one_portion(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(erasing, "CHUNK", 5)
        await asyncio.gather(*(store.save(Saved(f"P{n}"), began(f"s{n}"), f"k{n}") for n in range(12)))
        assert (await sweep(store, 2)).unconsented == 12
        assert (await store.counts())["2026-11-26", "never_consented"] == 12


async def read(snapshot: Snapshot, questionnaire: str = "made") -> list[StoredSession]:
    """Return the interviews of a snapshot."""
    return [stored async for stored in snapshot.sessions(questionnaire)]


class TestASnapshot:
    async def test_holds_whole_interviews_under_random_codes(self, store: Store) -> None:
        session = await interviewed(store, P)
        async with store.snapshot() as snapshot:
            (stored,) = await read(snapshot)
            assert snapshot.as_of == 7
            assert list(await snapshot.questionnaires()) == ["made"]
            assert await snapshot.edition(EDITION.digest) == EDITION
        assert stored.session == session
        assert stored.response_id == response_code("PERSON/1")
        assert stored.person_id == person_code("PERSON/1")
        assert [as_of for as_of, _ in stored.events] == [1, 2, 3, 4, 5, 6, 7]
        assert isinstance(stored.events[0][1], Began)
        assert stored.events[3][1] == Answered(NOON + timedelta(seconds=3), "sleep", "low")

    async def test_yields_interviews_in_the_order_of_their_ids(
        self, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """More than one portion of them, and of the wanted questionnaire only."""
        monkeypatch.setattr(snapshot_module, "CHUNK", 5)
        await store.keep_edition(an_edition("other", "e" * 64))
        await interviewed(store, "OTHER", questionnaire="other", edition="e" * 64)
        await asyncio.gather(*(interviewed(store, f"P{n}") for n in range(11)))
        async with store.snapshot() as snapshot:
            ids = [stored.response_id for stored in await read(snapshot)]
            assert list(await snapshot.questionnaires()) == ["made", "other"]
        assert len(ids) == 11
        assert ids == sorted(ids)

    async def test_leaves_out_whom_it_may_not_show_and_counts_them(self, store: Store) -> None:
        await Interview(store, "NO-CONSENT").begin()
        for person, research in (("NEVER-ASKED", None), ("SAID-NO", False), ("SAID-YES", True)):
            interview = Interview(store, person)
            await interview.begin()
            await interview.consent(research=research)
        async with store.snapshot() as snapshot:
            assert [stored.session.seed for stored in await read(snapshot)] == ["SAID-YES/1"]
            assert await snapshot.excluded("made") == {"no_consent": 1, "no_research": 2}
            assert await snapshot.excluded("other") == {}

    async def test_follows_the_last_word_of_the_person(self, store: Store) -> None:
        """Who withdraws in a later interview withdraws the earlier ones too, until they allow it again."""
        interview = Interview(store, P)
        await interview.begin()
        await interview.consent()
        await interview.stop()
        await interview.begin()
        await interview.consent(research=False)
        async with store.snapshot() as snapshot:
            assert await read(snapshot) == []
            assert await snapshot.excluded("made") == {"withdrawn": 1, "no_research": 1}
        await interview.take(allowed(await interview.session(), NOON))
        async with store.snapshot() as snapshot:
            assert len(await read(snapshot)) == 2
            assert await snapshot.excluded("made") == {}

    async def test_joins_a_second_part_to_its_first(self, store: Store) -> None:
        interview = Interview(store, P)
        first = await interview.begin()
        await interview.consent()
        await interview.stop()
        await interview.begin(
            follows=first.id, consent=(await store.sessions_of(P))[0].consent, research=True
        )
        async with store.snapshot() as snapshot:
            follows = {stored.session.seed: stored.follows for stored in await read(snapshot)}
            assert len({stored.person_id for stored in await read(snapshot)}) == 1
        assert follows == {"PERSON/1": None, "PERSON/2": response_code("PERSON/1")}

    async def test_does_not_name_a_first_part_that_it_does_not_hold(self, store: Store) -> None:
        interview = Interview(store, P)
        first = await interview.begin()
        await interview.consent(research=False)
        await interview.stop()
        await interview.begin(follows=first.id)
        await interview.consent()
        async with store.snapshot() as snapshot:
            assert [stored.follows for stored in await read(snapshot)] == [None]

    async def test_stays_as_it_was_while_others_write(self, store: Store) -> None:
        session = await interviewed(store, P)
        async with store.snapshot() as snapshot:
            await interviewed(store, Q)
            saved = await store.load(P)
            await store.save(saved, stopped(session, NOON), "k")
            assert [(stored.session, len(stored.events)) for stored in await read(snapshot)] == [(session, 7)]
            assert snapshot.as_of == 7


class TestSmallThings:
    async def test_facts_are_recalled_as_last_remembered(self, store: Store) -> None:
        assert await store.recall("commands") is None
        await store.remember("commands", "1")
        await store.remember("commands", "2")
        assert await store.recall("commands") == "2"

    async def test_facts_of_the_store_itself_are_out_of_reach(self, store: Store) -> None:
        with pytest.raises(ValueError, match="own"):
            await store.remember("_fingerprint", "x")

    async def test_editions_are_kept_once(self, store: Store) -> None:
        await store.keep_edition(EDITION)
        await store.keep_edition(EDITION.model_copy(update={"texts": {}}))
        assert await store.edition(EDITION.digest) == EDITION
        assert await store.edition("f" * 64) is None

    async def test_days_are_counted_in_utc(self, store: Store) -> None:
        turn = asked(None, NOON)
        late = replace(turn, event=replace(turn.event, at=NOON + timedelta(hours=12)))
        await store.save(Saved(P), late, "k")
        assert await store.counts() == {("2026-11-25", "helped"): 1}

    async def test_a_paused_interview_is_not_nudged(self, store: Store) -> None:
        session = await interviewed(store, P)
        paused = replace(stopped(session, NOON).session or session, step=Step.PAUSED, ended_at=None)
        await store.save(await store.load(P), replace(stopped(session, NOON), session=paused), "k")
        assert await store.active_since(NOON - DAY) == []


class TestInterviewsOfAnOlderEdition:
    """What an operator may take to a newer one."""

    async def test_are_those_that_are_not_over(self, store: Store) -> None:
        """Present interviews only, in the order of their ids, from one page to the next."""
        for name in ("A", "B", "C"):
            await Interview(store, name).begin()
        ended = await store.load("C")
        assert ended.session is not None
        await store.save(ended, stopped(ended.session, NOON), "end")
        found = await store.open_elsewhere(EDITION.questionnaire.id, "f" * 64)
        ids = [saved.session.id for saved in found if saved.session]
        assert {saved.person for saved in found} == {"A", "B"}
        assert ids == sorted(ids)
        assert found[0] == await store.load(found[0].person)
        assert await store.open_elsewhere(EDITION.questionnaire.id, "f" * 64, after=ids[-1]) == []

    async def test_are_not_those_of_today(self, store: Store) -> None:
        await Interview(store, P).begin()
        assert await store.open_elsewhere(EDITION.questionnaire.id, EDITION.digest) == []
        assert await store.open_elsewhere("another", "f" * 64) == []
