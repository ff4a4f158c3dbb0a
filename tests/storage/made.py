"""An edition and turns made by hand: what a store is given, without the rooms above it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.conversation.events import (
    Answered,
    Began,
    Consented,
    ErasureConfirmed,
    Event,
    PageAsked,
    ResearchSet,
    Skipped,
    Stopped,
)
from bot.conversation.replies import Page, Reply, Turn
from bot.conversation.session import Answer, Consent, Session, Step, session_id
from bot.questionnaire.model import (
    AnswerScale,
    Change,
    Choice,
    ConsentText,
    Edition,
    Form,
    Item,
    LocaleStatus,
    Questionnaire,
    Review,
    Texts,
)
from bot.questionnaire.model import Consent as ConsentPage
from bot.storage.store import Outcome, Receipt, Saved, Store

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ITEMS = ("sleep", "walks", "greens", "friends")
VALUES = {"low": 1, "middle": 2, "high": 5}
REPLIES = (Reply(Page.QUESTION, "en"),)


def an_edition(name: str = "made", digest: str = "d" * 64) -> Edition:
    """Return the edition of a questionnaire of four items with three choices each."""
    scale = AnswerScale(
        choices=tuple(Choice(id=choice, value=value, label=choice) for choice, value in VALUES.items())
    )
    texts = Texts(
        title="Made",
        summary="For tests.",
        consent=ConsentText(lines=("Yes?",), whole="Yes?"),
        prompts={"agree": None},
        labels={"agree": {choice: choice for choice in VALUES}},
        items={item: item for item in ITEMS},
        scales={},
        segments={},
        phrases={},
        status=LocaleStatus.REVIEWED,
    )
    questionnaire = Questionnaire(
        id=name,
        version="1",
        title="Made",
        summary="For tests.",
        languages=("en",),
        licence="CC0",
        source="tests",
        review=Review(review_by=date(2030, 1, 1)),
        changes=(Change(version="1", on=date(2026, 1, 1), what="Made."),),
        consent=ConsentPage(lines=("Yes?",), whole="Yes?"),
        answers={"agree": scale},
        items=tuple(Item(id=item, text=item, answers="agree") for item in ITEMS),
        forms=(Form(id="all", items=ITEMS),),
    )
    return Edition(digest=digest, questionnaire=questionnaire, texts={"en": texts})


EDITION = an_edition()


def began(seed: str, at: datetime = NOON, **changes: Any) -> Turn:
    """Return the turn that begins a session."""
    event = Began(
        at=at,
        seed=seed,
        channel="tg",
        language="en",
        questionnaire=EDITION.questionnaire.id,
        edition=EDITION.digest,
        organisation="example-hospital",
        arm={"second": "after"},
    )
    event = replace(event, **changes)
    session = Session(
        id=session_id(seed),
        questionnaire=event.questionnaire,
        edition=event.edition,
        organisation=event.organisation,
        channel=event.channel,
        language=event.language,
        seed=seed,
        began_at=at,
        arm=event.arm,
        follows=event.follows,
        consent=event.consent,
        research=event.research,
        seen_at=at,
    )
    return Turn(session, event, REPLIES, counts=("began",))


def moved(session: Session, event: Event, **changes: Any) -> Turn:
    """Return a turn that an event makes of a session."""
    if not event.kept:
        return Turn(session, event, REPLIES)
    after = replace(session, revision=session.revision + 1, seen_at=event.at, **changes)
    return Turn(after, event, REPLIES)


def consented(session: Session, at: datetime) -> Turn:
    """Return the turn of a consent."""
    consent = Consent("c" * 64, "en", at)
    return moved(session, Consented(at, consent.digest, "en"), consent=consent, step=Step.RESEARCH)


def allowed(session: Session, at: datetime, *, research: bool = True) -> Turn:
    """Return the turn that allows or forbids research."""
    return moved(session, ResearchSet(at, research), research=research, research_at=at, step=Step.ASKING)


def answered(session: Session, at: datetime, item: str, choice: str | None) -> Turn:
    """Return the turn of an answer, or of a skipped item."""
    before = session.answers.get(item)
    answers: Mapping[str, Answer] = {
        **session.answers,
        item: Answer(choice, at, before.edits + 1 if before else 0),
    }
    event = Skipped(at, item) if choice is None else Answered(at, item, choice)
    return moved(session, event, answers=answers)


def stopped(session: Session, at: datetime) -> Turn:
    """Return the turn of somebody who leaves for good."""
    return moved(session, Stopped(at), step=Step.STOPPED, ended_at=at)


def asked(session: Session | None, at: datetime) -> Turn:
    """Return the turn of somebody who wants to see a page: nothing changes."""
    return Turn(session, PageAsked(at, "help"), (Reply(Page.HELP, "en"),), counts=("helped",))


def erased(at: datetime) -> Turn:
    """Return the turn that erases a person."""
    return Turn(None, ErasureConfirmed(at), (Reply(Page.ERASING, "en"),), counts=("erased",), erase=True)


def receipt(erasure: str = "e" * 26, at: datetime = NOON) -> Receipt:
    """Return where the word of an erasure goes."""
    return Receipt(erasure, b"sealed receipt of " + erasure.encode(), "tg", "en", "example-hospital", at)


@dataclass
class Interview:
    """A person who is being interviewed over a store."""

    store: Store
    person: str
    seed: str = ""
    at: datetime = NOON
    key: int = 0
    seeds: int = field(default=0, repr=False)

    def next_key(self) -> str:
        """Return a key that wasn't used."""
        self.key += 1
        return f"key:{self.person}:{self.key}"

    async def take(self, turn: Turn, saved: Saved | None = None, **given: Any) -> Outcome:
        """Save a turn on what the store knows."""
        saved = saved or await self.store.load(self.person)
        self.at += timedelta(seconds=1)
        return await self.store.save(saved, turn, self.next_key(), **given)

    async def session(self) -> Session:
        """Return the person's present session."""
        session = (await self.store.load(self.person)).session
        assert session is not None
        return session

    async def begin(self, address: bytes | None = None, **changes: Any) -> Session:
        """Begin a session."""
        self.seeds += 1
        turn = began(f"{self.seed or self.person}/{self.seeds}", self.at, **changes)
        assert await self.take(turn, address=address) is Outcome.STORED
        return await self.session()

    async def consent(self, *, research: bool | None = True) -> Session:
        """Agree, and say whether researchers may use the answers."""
        assert await self.take(consented(await self.session(), self.at)) is Outcome.STORED
        if research is not None:
            turn = allowed(await self.session(), self.at, research=research)
            assert await self.take(turn) is Outcome.STORED
        return await self.session()

    async def answer(self, item: str, choice: str | None) -> Session:
        """Answer or skip an item."""
        assert await self.take(answered(await self.session(), self.at, item, choice)) is Outcome.STORED
        return await self.session()

    async def stop(self) -> Session:
        """Leave for good."""
        assert await self.take(stopped(await self.session(), self.at)) is Outcome.STORED
        return await self.session()


async def interviewed(store: Store, person: str, **changes: Any) -> Session:
    """Interview a person to the last item."""
    interview = Interview(store, person)
    await interview.begin(address=f"sealed address of {person}".encode(), **changes)
    await interview.consent()
    for item, choice in zip(ITEMS, (*VALUES, None), strict=True):
        await interview.answer(item, choice)
    return await interview.session()
