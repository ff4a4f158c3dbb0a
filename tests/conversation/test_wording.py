"""Every page has its words in every language, every word is said somewhere, and no placeholder is left."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bot.conversation.events import Began, Commanded, Heard, Nudged, Sent, StaleTapped, Started, Tapped, Typed
from bot.conversation.machine import advance
from bot.conversation.moves import IN_PLACE
from bot.conversation.mydata import account, readable
from bot.conversation.phrasebook import PLACEHOLDER, open_phrasebook
from bot.conversation.replies import Message, Page, Reply
from bot.conversation.session import Session, Step
from bot.conversation.taps import MAX_TOKEN_BYTES, Act, Tap, read, token
from bot.conversation.understanding import COMMAND_PAGES, begun, understand
from bot.conversation.wording import PAGES, word
from tests.conversation.law import faults
from tests.conversation.spoken_keys import HOUSE, Said, said
from tests.conversation.world import BEGINNING as AT
from tests.conversation.world import CHANNEL, Person, World, content, library, phrasebook

OPEN_TO_ALL = {
    Page.NOBODY,
    Page.HELP,
    Page.PRIVACY,
    Page.URGENT,
    Page.UNDER_AGE,
    Page.DECLINED,
    Page.ERASING,
    Page.ERASED,
    Page.SORRY,
}
FAREWELLS = {"under_age", "declined", "erasing", "erased"}  # said as `scene.say(scene.reply.page)`
LANGUAGES = ("en", "es", "eo")
QUESTIONNAIRES = (
    "ways",
    "more",
    "health-mindset",
    "social-engagement",
    "big-five",
    "show-if",
    "with-segments",
)


@pytest.fixture(scope="module")
def places(root: Path) -> list[Said]:
    """Return every place in the code that says a phrase."""
    return said(
        root / "bot" / "conversation", root / "bot" / "channels", root / "bot" / "dashboard" / "figures"
    )


def used(places: list[Said], key: str) -> bool:
    """Tell whether a phrase is said anywhere, or is how a phrase is said on the web."""
    key = key.removeprefix("on_web.")
    return key in FAREWELLS or any(_says(one, key) for one in places)


def _says(one: Said, key: str) -> bool:
    return key.startswith(one.key) if one.family else key == one.key


# ---------------------------------------------------------------- the phrase files


def test_every_phrase_that_the_code_says_is_in_the_phrase_file(places: list[Said]) -> None:
    phrases = open_phrasebook().books["en"].phrases
    missing = {f"{one.where}: {one.key}" for one in places if not any(_says(one, key) for key in phrases)}
    assert not missing


_MOVES = ("conversation/moves.py", "conversation/afterwards.py")


def test_every_notice_is_given_somewhere(root: Path) -> None:
    """A notice is a string in the code that moves interviews; its phrase is `notice.` and that."""
    phrases = open_phrasebook().books["en"].phrases
    notices = {key.removeprefix("notice.") for key in phrases if key.startswith("notice.")}
    constants = {
        node.value
        for path in (*_MOVES, "conversation/understanding.py", "turns.py")
        for node in ast.walk(ast.parse((root / "bot" / path).read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert notices <= constants


def test_every_phrase_in_the_file_is_said_somewhere(places: list[Said], root: Path) -> None:
    """By the code of the rooms that speak, or named in a page or table of the web."""
    web = [path for path in (root / "bot").rglob("*") if path.suffix in {".html", ".js", ".svg", ".py"}]
    words = set(re.findall(r"""["']([a-z_.]+)["']""", "\n".join(map(_read, web))))
    unsaid = [key for key in open_phrasebook().books["en"].phrases if not used(places, key)]
    assert not [key for key in unsaid if not words & {key, *_parts(key)}]


def _parts(key: str) -> set[str]:
    """Return what a template puts together to a key: what is wrong, and the text about it."""
    name = key.removeprefix("web.")
    return {name, name.removesuffix("_text")} if key.startswith("web.") else set()


def _read(path: Path) -> str:
    return path.read_text("utf-8")


def test_every_placeholder_is_filled_by_whoever_says_the_phrase(places: list[Said]) -> None:
    phrases = open_phrasebook().books["en"].phrases
    empty = {
        (one.where, key, name)
        for one in places
        for key, words in phrases.items()
        if _says(one, key)
        for name in PLACEHOLDER.findall(words)
        if name not in one.values | HOUSE
    }
    assert not empty


@pytest.mark.parametrize("language", ["es"])
def test_a_translation_has_the_same_phrases_and_no_placeholder_of_its_own(language: str) -> None:
    books = open_phrasebook().books
    english, other = books["en"].phrases, books[language].phrases
    assert english.keys() == other.keys()
    foreign = {
        key: set(PLACEHOLDER.findall(other[key])) - set(PLACEHOLDER.findall(english[key])) for key in english
    }
    assert not {key: names for key, names in foreign.items() if names}


# ---------------------------------------------------------------- the pages


def test_somebody_words_every_page() -> None:
    """All but /mydata, which needs every interview of a person, are worded by `word`."""
    assert PAGES.keys() | {Page.MYDATA} == set(Page)


@pytest.mark.parametrize("page", sorted(OPEN_TO_ALL))
@pytest.mark.parametrize("language", LANGUAGES)
def test_some_pages_are_worded_without_an_interview_and_lead_nowhere(page: Page, language: str) -> None:
    message = word(content(), None, Reply(page, language, new=True))
    assert not faults([message], [])
    assert not message.buttons


@pytest.mark.parametrize("questionnaire", QUESTIONNAIRES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_finished_interview_is_worded(questionnaire: str, language: str) -> None:
    """In any language, also one that the questionnaire doesn't speak."""
    ana = Person(World(library(questionnaire)))
    ana.agrees(research=True)
    ana.finishes()
    session = replace(ana.interview, language=language)
    held_with = ana.content_of(session)
    for page in set(Page) - {Page.QUESTION, Page.MYDATA, *_needs(held_with.questionnaire.topics, Page.TIP)}:
        assert not faults([word(held_with, session, Reply(page, language))], [session.id]), page
    mine = readable(held_with, [(held_with, session)], Reply(Page.MYDATA, language))
    assert not faults([mine], [session.id])
    assert mine.attachment is not None
    assert mine.attachment.body == account([(held_with, session)])


def _needs(what: object, page: Page) -> set[Page]:
    return set() if what else {page}


def test_every_page_is_shown_in_place_or_at_the_end_but_never_both() -> None:
    """What leads on and back stays in its message; what a command asks for comes as a new one."""
    assert not IN_PLACE & set(COMMAND_PAGES.values())


# ---------------------------------------------------------------- a walk through everything there is to tap


def heard(message: Message) -> Iterator[Heard]:
    """Yield whatever somebody may do in front of a page."""
    yield from (Tapped(AT, button.token, "again") for button in message.buttons if button.token)
    yield from (Commanded(AT, command) for command in (*COMMAND_PAGES, "stop", "resume"))
    yield from (Typed(AT, "no answer"), Typed(AT, "suicide"), Sent(AT, "photo"), Nudged(AT))
    yield Started(AT, "seed", CHANNEL, "en")


def mark(session: Session, reply: Reply) -> tuple[object, ...]:
    """Return what decides how a page looks, as far as it can be told apart cheaply."""
    verdict = session.shown and (session.shown.segment, session.shown.unsure)
    standing = (session.step, session.item, session.resume_to, session.correction, verdict)
    asked_for_more = session.step is Step.RESULT and session.research, tuple(session.offers.items())
    return reply, standing, session.language, tuple(session.ratings), asked_for_more


@cache
def crawl(questionnaire: str) -> tuple[tuple[Session | None, Message], ...]:
    """Return every page that can be reached by tapping, each of them once."""
    return tuple(_crawled(questionnaire, "crawl", most=2500))


def _crawled(questionnaire: str, seed: str, most: int) -> Iterator[tuple[Session | None, Message]]:
    held_with = content(questionnaire)
    began = understand(held_with, None, Started(AT, seed, CHANNEL, "en"))
    assert isinstance(began, Began)
    turn = advance(held_with, None, begun(held_with, began))
    waiting = [(turn.session, reply) for reply in turn.replies]
    seen: set[object] = set()
    while waiting and len(seen) < most:
        session, reply = waiting.pop(0)
        if session is not None and (session.id, mark(session, reply)) in seen:
            continue
        seen.add((session.id, mark(session, reply)) if session else reply)
        if reply.page is Page.MYDATA:
            continue
        message = word(held_with, session, reply)
        yield session, message
        for one in heard(message) if session else ():
            turn = advance(held_with, session, understand(held_with, session, one))
            waiting += [
                (turn.session, reply) for reply in turn.replies if turn.event.__class__.__name__ != "Began"
            ]


LONG = {"big-five", "health-mindset", "social-engagement", "with-segments"}
"""Questionnaires whose walk takes long; all are walked in the whole run."""


@pytest.mark.parametrize(
    "questionnaire",
    [
        pytest.param(one, marks=pytest.mark.slow if one in LONG else ())
        for one in [*QUESTIONNAIRES, "two-languages"]
    ],
)
def test_no_page_that_can_be_reached_has_a_fault(questionnaire: str) -> None:
    """Texts within limits, no brace, tokens that read back, the first line of a result names nothing."""
    pages = set()
    for session, message in crawl(questionnaire):
        assert not faults([message], [session.id] if session else [])
        pages.add(message.page)
    assert {Page.WELCOME, Page.CONSENT_WHOLE, Page.QUESTION, Page.READY, Page.CHECK, Page.RESULT} <= pages


@pytest.mark.slow
def test_the_walk_comes_to_every_page() -> None:
    """But for a fault or a rest of ours, what follows an erasure or weeks, and /mydata."""
    beyond = {Page.SORRY, Page.RESTING, Page.ERASED, Page.NOBODY, Page.MYDATA, Page.RETEST}
    met = {message.page for questionnaire in ("ways", "asks-again") for _, message in crawl(questionnaire)}
    assert met == set(Page) - beyond


def test_a_dead_button_is_shown_nowhere() -> None:
    """Every button of every page is understood as what it says, not as an old one."""
    held_with = content()
    for session, message in crawl("ways"):
        for button in message.buttons:
            if button.token and session:
                event = understand(held_with, session, Tapped(AT, button.token, "again"))
                assert not isinstance(event, StaleTapped), (message.page, button.label)


# ---------------------------------------------------------------- tokens


@pytest.mark.parametrize("act", list(Act))
def test_the_longest_token_of_each_act_fits_and_reads_back(act: Act) -> None:
    longest = token("n79c9rVGyNc", 9_999_999, act, "x" * 20)
    assert len(longest.encode()) <= MAX_TOKEN_BYTES
    assert read(longest) == Tap("n79c9rVGyNc", 9_999_999, act, "x" * 20)


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "1",
        "1.n79c9rVGyNc.4",
        "1.n79c9rVGyNc.-4.c",
        "2.n79c9rVGyNc.4.c",
        "1.n79c9rVGyNc.4.c\n",
        "1.n79c9rVGyNc.٤.c",
    ],
)
def test_what_is_not_a_token_is_none(forged: str) -> None:
    assert read(forged) is None


def test_the_phrases_of_the_tests_speak_three_languages() -> None:
    assert set(phrasebook().languages) == set(LANGUAGES)
