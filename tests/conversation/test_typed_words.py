"""What people type: a number or a label counts, urgent words stop everything, all else is dropped unseen."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation.events import Event, NotUnderstood, Typed
from bot.conversation.machine import advance
from bot.conversation.replies import Page
from bot.conversation.understanding import meant, understand
from bot.conversation.urgent import READ_AT_MOST, is_urgent
from tests.conversation.places import PLACES
from tests.conversation.world import BEGINNING, Person, World, content, done, phrasebook

SECRET = "Zanzibar"
LABELS = ["Not me", "A little", "Mostly", "Just like me", "\u2039 Back", "Skip", "Pause"]
APOSTROPHES = "'\u2019\u2018\u02bc`\u00b4\u2032\uff07"


@pytest.fixture
def ana() -> Person:
    """Return somebody at the second question."""
    ana = Person(World())
    ana.agrees()
    ana.taps("Mostly")
    return ana


# ---------------------------------------------------------------- numbers and labels


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("3", 2),
        (" 3. ", 2),
        ("3)", 2),
        ("\u0663", 2),  # three, as written in Arabic
        ("Mostly", 2),
        ("mostly!", 2),
        ("\u2713 MOSTLY", 2),
        ("just  like\nme", 3),
        ("back", 4),
        ("7", 6),
        ("0", None),
        ("8", None),
        ("-", None),
        ("", None),
        ("most", None),
        ("3 of them", None),
        ("99999999999999999999", None),
        ("\uff13", 2),  # and in full width
    ],
)
def test_a_number_or_a_label_means_its_button(text: str, place: int | None) -> None:
    assert meant(LABELS, text) == place


def test_a_label_that_is_a_number_comes_before_the_number_of_a_button() -> None:
    assert meant(["3", "2", "1"], "3") == 0


def test_labels_that_are_only_signs_are_told_apart() -> None:
    thumbs = ["\N{THUMBS UP SIGN}", "\N{THUMBS DOWN SIGN}"]
    assert [meant(thumbs, one) for one in thumbs] == [0, 1]
    assert meant(thumbs, "?") is None


@given(st.text(max_size=30))
@settings(deadline=None)
def test_any_text_means_one_of_the_buttons_or_none(text: str) -> None:
    assert meant(LABELS, text) in {None, *range(len(LABELS))}


@pytest.mark.parametrize("text", ["4", "Just like me", "just like me."])
def test_a_typed_answer_counts_like_a_tap(ana: Person, text: str) -> None:
    ana.types(text)
    assert ana.interview.answers["drift"].choice == "just_me"


def test_a_typed_label_is_understood_in_the_language_of_the_page() -> None:
    ana = Person(World(), language="eo")
    ana.starts()
    ana.types("let's begin")  # in brackets on the button: marks around a label don't count
    assert ana.page.page is Page.CONSENT


# ---------------------------------------------------------------- what is dropped


@pytest.mark.parametrize("place", PLACES)
def test_other_words_are_dropped_everywhere_and_appear_nowhere(place: object) -> None:
    """Not in the event, the session, the log, the replies, the counts or the repr of what was heard."""
    assert callable(place)
    ana = Person(World())
    place(ana)
    before = ana.interview
    text = f"I am {SECRET} from {SECRET}"
    ana.types(text)
    assert ana.last is not None
    event = understand(ana.content_of(before), before, ana.last.heard)
    assert event == NotUnderstood(ana.last.heard.at, "text")
    kept = (ana.sessions, ana.events(before.id), ana.world.store.__dict__, done(ana.world.store.counts()))
    assert SECRET not in repr((ana.last, event, ana.newest, kept))
    assert ana.interview == before
    assert "I don't keep what you write. Telegram does." in ana.sees


@pytest.mark.parametrize("kind", ["sticker", "photo", "voice", "edited"])
def test_a_sticker_or_photo_gets_a_helpful_reply_and_the_question_again(ana: Person, kind: str) -> None:
    before = ana.interview
    ana.sends(kind)
    assert ana.interview == before
    assert ana.page.new
    assert "I take each day as it comes." in ana.sees


@given(st.text())
@settings(deadline=None)
def test_no_event_ever_holds_what_was_typed(text: str) -> None:
    """Without an interview to answer, the event is the same for every text that isn't urgent."""
    events: set[Event] = {understand(content(), None, Typed(BEGINNING, one)) for one in (text, "", "x" * 9)}
    assert {type(event).__name__ for event in events} <= {"NotUnderstood", "UrgentNoticed"}
    assert len(events) <= 2


def test_what_was_heard_hides_its_words() -> None:
    assert repr(Typed(BEGINNING, SECRET)) == f"Typed(at={BEGINNING!r}, text=<8 characters>)"


# ---------------------------------------------------------------- urgent words


@pytest.mark.parametrize(
    "text",
    [
        "suicide",
        "SUICIDE!!!",
        "help/suicide,please",
        "I want to die.",
        "i WANT   to\ndie",
        "I want to die.Please",
        "_suicide_",
        "self-harm",
        "self harm",
        "Quiero morir",
        "quiero MORIR",
        "no puedo respirar",
        "mi volas morti",
        "\u0109esigi mian vivon",
        "cesigi mian vivon",  # without the accent, as typed in a hurry
        unicodedata.normalize("NFD", "\u0108ESIGI mian vivon"),
        "\uff53\uff55\uff49\uff43\uff49\uff44\uff45",  # full-width letters
        "\U0001d412\U0001d414\U0001d408\U0001d402\U0001d408\U0001d403\U0001d404",  # bold capitals
        "sui\u200bcide",  # with a space that nobody sees
        *(f"I can{mark}t breathe" for mark in APOSTROPHES),
        "x " * 1900 + "suicide",
    ],
)
def test_words_of_urgent_need_are_noticed_in_every_language_and_spelling(text: str) -> None:
    assert is_urgent(phrasebook(), text)


@pytest.mark.parametrize("text", ["", "1", "Mostly", "die", "I can breathe", "suicidesquad", "\u200b", "?!"])
def test_other_words_are_not(text: str) -> None:
    """It errs towards showing the card, but it isn't shown for everything."""
    assert not is_urgent(phrasebook(), text)


def test_every_word_on_the_lists_is_noticed_by_itself_and_in_a_sentence() -> None:
    book = phrasebook()
    assert len(book.urgent_words) > 20
    for words in book.urgent_words:
        assert is_urgent(book, words), words
        assert is_urgent(book, f"Please, {words.upper()}... now"), words


def test_the_longest_text_that_telegram_lets_through_is_read_to_its_end() -> None:
    text = "a" * (READ_AT_MOST - len(" suicide")) + " suicide"
    assert is_urgent(phrasebook(), text)


@pytest.mark.parametrize("place", PLACES)
def test_urgent_words_show_the_card_leave_the_interview_alone_and_are_only_counted(place: object) -> None:
    assert callable(place)
    ana = Person(World())
    place(ana)
    before = ana.interview
    ana.types(f"I, {SECRET}, want to die")
    assert ana.page.page is Page.URGENT
    assert ana.page.new
    for number in ("911", "988"):
        assert number in ana.sees
    assert "Nobody reads this chat" in ana.sees
    assert ana.interview == before
    assert ana.world.count("urgent") == 1
    assert SECRET not in repr((ana.world.store.__dict__, ana.newest))


def test_urgent_words_are_heard_from_a_stranger_too() -> None:
    ana = Person(World())
    ana.types("I want to die")
    assert "911" in ana.sees
    assert not ana.sessions
    assert ana.world.count("urgent") == 1


def test_who_is_safe_goes_on_where_the_interview_stood(ana: Person) -> None:
    before = ana.interview
    ana.types("overdose")
    ana.taps("I'm safe, go on")
    assert ana.interview == before
    assert "I take each day as it comes." in ana.sees


def test_who_wants_to_stop_stops_from_the_card(ana: Person) -> None:
    ana.types("overdose")
    ana.taps("Stop here")
    assert ana.page.page is Page.STOPPED


def test_an_urgent_event_has_the_same_card_in_every_step(ana: Person) -> None:
    """It is fixed: nothing that the person answered changes it."""
    event = understand(content(), ana.interview, Typed(BEGINNING, "overdose"))
    turn = advance(content(), ana.interview, event)
    assert [reply.page for reply in turn.replies] == [Page.URGENT]
    assert turn.counts == ("urgent",)
