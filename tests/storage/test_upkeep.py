"""What an operator asks, over every kind of store."""

from datetime import timedelta

from bot.storage.codes import response_code
from bot.storage.store import Parked, Store
from bot.storage.upkeep import FUNNEL, Waiting
from tests.storage.made import ITEMS, NOON, Interview, erased, interviewed

DAY = timedelta(days=1)


async def test_what_waits_is_counted_with_its_oldest_moment(store: Store) -> None:
    empty = await store.backlog()
    assert (dict(empty.owed), empty.parked, empty.erasures) == ({}, 0, Waiting())
    assert empty.funnel == dict.fromkeys(FUNNEL, 0)
    ana, ben = Interview(store, "ANA"), Interview(store, "BEN")
    await ana.begin(channel="tg")
    await ben.begin(channel="web")
    await ben.consent()
    await store.park(Parked("k", "message", ("text",), "KeyError", NOON))
    found = await store.backlog()
    assert {channel: waiting.n for channel, waiting in found.owed.items()} == {"tg": 1, "web": 3}
    assert found.owed["tg"].since == NOON
    assert found.parked == 1
    assert found.funnel["began"] == 2


async def test_an_erasure_waits_until_it_is_verified(store: Store) -> None:
    ana = Interview(store, "ANA")
    await ana.begin()
    await ana.take(erased(NOON + DAY))
    found = (await store.backlog()).erasures
    assert (found.n, found.age(NOON + 3 * DAY)) == (1, 2 * DAY)
    await store.verify_erasures()
    assert (await store.backlog()).erasures == Waiting()


async def test_parked_updates_are_told_by_their_shape(store: Store) -> None:
    parked = [Parked(f"k{n}", "poll", ("id", "options"), "Unparsable", NOON + n * DAY) for n in (1, 0)]
    for one in parked:
        await store.park(one)
    assert list(await store.parked()) == parked[::-1]


async def test_a_person_is_found_by_what_they_quote_and_by_a_response(store: Store) -> None:
    session = await interviewed(store, "ANA")
    await interviewed(store, "BEN")
    assert list(await store.people(lambda person: person.startswith("A"))) == ["ANA"]
    assert await store.person_of(response_code(session.seed)) == "ANA"
    assert await store.person_of("nobody") is None


async def test_of_a_person_everything_but_the_answers_is_known(store: Store) -> None:
    session = await interviewed(store, "ANA")
    await store.reachable("ANA", yes=False)
    known = await store.known("ANA")
    assert known is not None
    assert (known.reachable, known.has_address) == (False, True)
    assert known.owed.n == 3 + len(ITEMS)
    (course,) = known.courses
    assert (course.session, course.step, course.turns) == (session.id, session.step.value, 3 + len(ITEMS))
    assert [kind for kind, _ in course.latest][-1] == "Skipped"
    assert await store.known("NOBODY") is None
    told = str(known)
    assert "low" not in told
    assert "greens" not in told


async def test_what_is_due_is_what_a_sweep_does(store: Store) -> None:
    stranger = Interview(store, "STRANGER")
    await stranger.begin()
    await interviewed(store, "SILENT")
    await Interview(store, "LATER", at=NOON + 40 * DAY).begin(address=b"sealed")
    await store.flush()
    now = NOON + 40 * DAY
    for retention in (None, 20 * DAY):
        due = await store.due(now, address_age=30 * DAY, retention=retention, unconsented=DAY)
        assert (due.unconsented, due.addresses, due.keys) == (1, 1, 8)
        assert due.retired == (2 if retention else 0)
    swept = await store.sweep(now, address_age=30 * DAY, retention=None, unconsented=DAY)
    assert (swept.unconsented, swept.addresses, swept.keys) == (1, 1, 8)
    after = await store.due(now, address_age=30 * DAY, retention=None, unconsented=DAY)
    assert (after.unconsented, after.addresses, after.keys) == (0, 0, 0)
