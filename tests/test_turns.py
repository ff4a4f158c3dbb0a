"""The hallway: saved first and spoken after, once, on the edition that an interview began with."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.conversation.events import Commanded, Tapped
from bot.conversation.replies import Page, Turn
from bot.conversation.session import Step
from bot.errors import AuthorError, StoreUnavailable
from bot.questionnaire.load import Loaded, digest
from bot.storage.memory import MemoryStore
from bot.storage.store import Active, Outcome, Owed, Receipt, Saved
from bot.turns import ATTEMPTS, Incoming, take_turn
from bot.unasked import nudge, word_owed, word_receipts
from tests.conversation.world import CHANNEL, KEYS, Person, World, done, library

QUESTION = "I take each day as it comes."


class Refusing(MemoryStore):
    """A store that meets a conflict, or a full disk, a few times before it takes a turn."""

    def __init__(self) -> None:
        super().__init__()
        self.conflicts = 0
        self.full = False
        self.tries = 0

    async def save(self, saved: Saved, turn: Turn, key: str, **more: Any) -> Outcome:
        """Store a turn, or refuse."""
        self.tries += 1
        if self.full:
            raise StoreUnavailable("The disk is full.", remedy="Make room.")
        if self.tries <= self.conflicts:
            return Outcome.CONFLICT
        return await super().save(saved, turn, key, **more)


class Slow(MemoryStore):
    """A store in which an erasure isn't true of the files yet, for a reader is in the way."""

    reader = True

    async def verify_erasures(self) -> Any:
        """Return nothing as long as the reader is there."""
        return [] if self.reader else await super().verify_erasures()


@pytest.fixture
def ana() -> Person:
    """Return somebody at the second question."""
    ana = Person(World())
    ana.agrees()
    ana.taps("Mostly")
    return ana


def in_a_store(store: MemoryStore) -> Person:
    """Return somebody at the second question, in this store."""
    ana = Person(World(store=store))
    ana.agrees()
    ana.taps("Mostly")
    return ana


# ---------------------------------------------------------------- saved first, once


def test_nothing_is_spoken_that_was_not_saved() -> None:
    """The disk is full: no words, and the interview stands where it stood."""
    store = Refusing()
    ana = in_a_store(store)
    before = ana.interview
    store.full = True
    with pytest.raises(StoreUnavailable):
        ana.taps("Mostly")
    store.full = False
    assert ana.interview == before
    assert ana.again()
    assert ana.interview.answers["drift"].choice == "mostly"


def test_a_conflict_takes_the_turn_again_from_what_is_stored_now() -> None:
    store = Refusing()
    ana = in_a_store(store)
    store.conflicts, store.tries = ATTEMPTS - 1, 0
    ana.taps("Mostly")
    assert store.tries == ATTEMPTS
    assert ana.interview.answers["drift"].choice == "mostly"


def test_conflicts_without_end_are_a_fault_and_store_nothing() -> None:
    store = Refusing()
    ana = in_a_store(store)
    before = ana.interview
    store.conflicts, store.tries = 10 * ATTEMPTS, 0
    with pytest.raises(StoreUnavailable):
        ana.taps("Mostly")
    assert store.tries == ATTEMPTS
    assert ana.interview == before


def test_what_was_heard_before_is_spoken_once(ana: Person) -> None:
    assert ana.last is not None
    spoken = done(take_turn(ana.world.desk, ana.last))
    assert spoken.heard_before
    assert not spoken.messages


def test_the_same_tap_under_another_key_is_a_double_tap(ana: Person) -> None:
    before = ana.interview
    assert ana.last is not None
    spoken = done(take_turn(ana.world.desk, replace(ana.last, key="another")))
    assert [message.toast for message in spoken.messages] == ["Saved"]
    assert ana.interview == before


def test_an_address_is_stored_only_sealed_and_opens_for_its_person(ana: Person) -> None:
    saved = done(ana.world.store.load(ana.pseudonym))
    assert saved.address is not None
    assert KEYS.unseal(saved.address, f"address:{ana.pseudonym}") == "chat of ana"
    assert "chat of ana" not in repr(ana.world.store.__dict__)


def test_somebody_without_an_interview_leaves_no_address() -> None:
    ana = Person(World())
    ana.types("/help")
    assert done(ana.world.store.load(ana.pseudonym)) == Saved(ana.pseudonym)
    assert not done(ana.world.store.owed())


# ---------------------------------------------------------------- editions


def reworded(loaded: Loaded) -> Loaded:
    """Return today's file with another text for the second question: another edition."""
    edition = loaded.edition
    english = edition.texts["en"]
    texts = {
        **edition.texts,
        "en": english.model_copy(update={"items": {**english.items, "drift": "I go with the flow."}}),
    }
    changed = edition.model_copy(update={"texts": texts, "digest": digest(edition.questionnaire, texts)})
    return replace(loaded, edition=changed)


def with_newer_files(ana: Person) -> None:
    """Put newer files in place under a running interview."""
    shelf = ana.world.shelf
    newer = {**shelf.questionnaires, "ways": reworded(shelf.questionnaires["ways"])}
    ana.world.desk = replace(ana.world.desk, library=replace(shelf, questionnaires=newer))
    done(ana.world.store.keep_edition(newer["ways"].edition))


def test_an_interview_ends_on_the_edition_it_began_with(ana: Person) -> None:
    """The file was reworded meanwhile: who is in the middle reads the old words, who begins the new ones."""
    with_newer_files(ana)
    ana.types("/resume")
    assert QUESTION in ana.sees
    bo = Person(ana.world, "bo")
    bo.agrees()
    bo.taps("Mostly")
    assert "I go with the flow." in bo.sees
    assert bo.interview.edition != ana.interview.edition


def test_an_edition_that_is_nowhere_is_the_operators_fault_and_says_which(ana: Person) -> None:
    with_newer_files(ana)
    ana.world.store._editions.pop(ana.interview.edition)
    with pytest.raises(AuthorError, match=ana.interview.edition[:12]):
        ana.types("/resume")


def test_an_organisation_that_is_gone_gives_way_to_the_default(ana: Person) -> None:
    """What must be right today comes from the current files, and there is always one who asks."""
    hospital = next(iter(ana.world.shelf.organisations.values()))
    other = hospital.model_copy(update={"id": "other", "name": "Other Clinic", "default": True})
    ana.world.desk = replace(ana.world.desk, library=replace(library(), organisations={"other": other}))
    ana.types("/help")
    assert "Other Clinic" in ana.sees


# ---------------------------------------------------------------- interviews beside each other


def test_a_button_of_an_ended_interview_brings_that_one_back(ana: Person) -> None:
    """Only where the present one has ended too."""
    ana.types("/stop")
    first, back = ana.interview, ana.button("Go on").token or ""
    ana.taps("Begin again")
    ana.taps_token(back)
    assert ana.page.page is Page.WELCOME
    ana.types("/stop")
    ana.taps_token(back)
    assert ana.interview.id == first.id
    assert ana.interview.step is Step.ASKING


def test_begin_again_twice_begins_once(ana: Person) -> None:
    ana.types("/stop")
    again = ana.button("Begin again").token or ""
    ana.taps_token(again)
    ana.taps_token(again)
    assert len(ana.sessions) == 2


# ---------------------------------------------------------------- owed without being asked


def active(ana: Person) -> Active:
    """Return the person as the store lists those in the middle of an interview."""
    (found,) = done(ana.world.store.active_since(ana.world.now - timedelta(minutes=30)))
    return found


def test_after_we_were_deaf_the_present_question_comes_again_and_is_owed(ana: Person) -> None:
    before = ana.interview
    spoken = done(nudge(ana.world.desk, active(ana), ana.world.now))
    assert spoken is not None
    (message,) = spoken.messages
    assert message.text.startswith("We could not hear you for a while.")
    assert QUESTION in message.text
    assert message.new
    assert spoken.whereabouts == "chat of ana"
    assert ana.interview == before
    assert spoken.key in {one.key for one in done(ana.world.store.owed())}


def test_nobody_is_nudged_who_was_erased_meanwhile(ana: Person) -> None:
    found = active(ana)
    ana.types("/forget")
    ana.taps("Yes, erase", "Erase everything now")
    assert done(nudge(ana.world.desk, found, ana.world.now)) is None


def test_nobody_is_nudged_who_moved_on_meanwhile() -> None:
    store = Refusing()
    ana = in_a_store(store)
    found = active(ana)
    store.conflicts, store.tries = 1, 0
    assert done(nudge(ana.world.desk, found, ana.world.now)) is None


def owed_to(ana: Person) -> Owed:
    """Return the newest debt."""
    return done(ana.world.store.owed())[-1]


def test_what_is_owed_after_a_crash_is_said_as_the_interview_stands_now(ana: Person) -> None:
    """The reply to the first answer is still owed; the second question was answered meanwhile."""
    debt = owed_to(ana)
    ana.taps("Mostly")
    spoken = done(word_owed(ana.world.desk, replace(debt, session=ana.interview)))
    assert "Do you have a dog?" in spoken.messages[0].text
    assert (spoken.key, spoken.whereabouts) == (debt.key, "chat of ana")


def test_a_page_beside_the_interview_is_owed_as_it_was(ana: Person) -> None:
    ana.types("/mydata")
    (message,) = done(word_owed(ana.world.desk, owed_to(ana))).messages
    assert message.page is Page.MYDATA
    assert message.attachment is not None


def erased(ana: Person) -> None:
    """Erase, and confirm it."""
    ana.types("/forget")
    ana.taps("Yes, erase", "Erase everything now")


def test_an_erasure_is_called_done_only_when_it_is_true_of_the_files() -> None:
    """With a reader in the way it is pending; the receipt comes later, to the address kept for it alone."""
    store = Slow()
    ana = in_a_store(store)
    erased(ana)
    assert "still clearing the last copy" in ana.sees
    assert done(word_receipts(ana.world.desk)) == ()
    store.reader = False
    ((receipt, where, message),) = done(word_receipts(ana.world.desk))
    assert isinstance(receipt, Receipt)
    assert where == "chat of ana"
    assert "Everything is erased." in message.text
    assert not message.buttons
    done(store.receipt_sent(receipt.erasure))
    assert done(word_receipts(ana.world.desk)) == ()


def test_the_receipt_is_in_the_language_of_the_person() -> None:
    store = Slow()
    ana = in_a_store(store)
    ana.types("/language")
    ana.taps("Esperanto")
    ana.types("/forget")
    ana.taps("\u27e6Yes, erase\u27e7", "\u27e6Erase everything now\u27e7")
    store.reader = False
    ((_, _, message),) = done(word_receipts(ana.world.desk))
    assert message.text.startswith("\u27e6")


def test_a_refusal_owes_no_receipt() -> None:
    ana = Person(World())
    ana.starts()
    ana.taps("Let's begin", "No, thank you")
    assert done(word_receipts(ana.world.desk)) == ()


@pytest.mark.parametrize("heard", ["tap", "command"])
def test_two_people_with_one_address_in_two_channels_are_two(ana: Person, heard: str) -> None:
    """A pseudonym is of a channel and an address: nothing joins them."""
    at = ana.world.now
    token = ana.button("Mostly").token or ""
    other = Tapped(at, token) if heard == "tap" else Commanded(at, "mydata")
    spoken = done(
        take_turn(ana.world.desk, Incoming(f"{CHANNEL}2", "ana", "elsewhere", f"other:{heard}", other))
    )
    assert spoken.person != ana.pseudonym
    assert [message.page for message in spoken.messages] == [Page.NOBODY]
