"""Data sets made by chance: odd words in odd scripts, several editions, every way of being missing.

The same seed always makes the same data. Nothing is asked of anybody: sessions and their logs are written
down directly, as the machine would leave them.
"""

import random
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from bot.conversation.content import Content
from bot.conversation.events import (
    Answered,
    Began,
    Consented,
    Continued,
    Event,
    ResearchSet,
    ResultAsked,
    Skipped,
)
from bot.conversation.session import Answer, Session, Step, session_id
from bot.conversation.session import Consent as Agreed
from bot.questionnaire.load import digest
from bot.questionnaire.model import (
    AnswerScale,
    Change,
    Choice,
    Consent,
    ConsentText,
    Edition,
    Form,
    Item,
    LocaleStatus,
    Prototype,
    Questionnaire,
    Review,
    Scale,
    ScaleText,
    Segment,
    SegmentText,
    Sensitivity,
    ShowIf,
    Texts,
    ticked,
)
from bot.research.bundle import Wanted, export
from bot.research.survey import Filters
from bot.scoring.segments import assign
from bot.storage.codes import person_code, response_code
from bot.storage.counting import ArmTaps
from bot.storage.pages import left_out, row_of
from bot.storage.store import Row, Snapshot, StoredSession
from tests.research.generated_kinds import OtherKinds, tick

BEGINS = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
LANGUAGES = ("en", "ar")
ODD = (
    "Plain words",
    "\u0623\u0646\u0627 \u0623\u0645\u0634\u064a \u0643\u0644 \u064a\u0648\u0645",
    "Emoji \N{GRINNING FACE}\N{ZERO WIDTH JOINER}\N{ROCKET}",
    "Salt & pepper <b>bold</b> \"quoted\" 'twice'",
    "Two\nlines, and a comma; a | bar",
    "=1+1",
    "+SUM(A1:A9)",
    "@cmd",
    "-97",
    "`backticks' and $macros and \\slashes",
    "\u5426\u2026\u0301 combining e\u0301",
    "x" * 300,
    "\u0635" * 300,
)


@dataclass
class Made:
    """Editions of one questionnaire and interviews held with them, as a snapshot."""

    editions: tuple[Edition, ...]
    stored: tuple[StoredSession, ...]
    as_of: int = 1000

    @cached_property
    def _in_order(self) -> list[StoredSession]:
        return sorted(self.stored, key=lambda one: one.response_id)

    async def sessions(self, questionnaire: str) -> AsyncIterator[StoredSession]:
        """Yield the interviews."""
        for one in self._in_order:
            if one.session.questionnaire == questionnaire:
                yield one

    async def pages(self, questionnaire: str, *, events: bool) -> AsyncIterator[Sequence[Row]]:
        """Yield them as rows, and somebody who didn't allow research."""
        found = [row_of(one, events=events) async for one in self.sessions(questionnaire)]
        yield [*found, left_out("no_research", "telegram")]

    def kept(self, questionnaire: str, made: int, leave_out: Collection[str]) -> None:
        """Keep no lines."""

    async def met(self, questionnaire: str, leave_out: Collection[str]) -> Sequence[str]:
        """Return the editions met, newest first."""
        began: dict[str, datetime] = {}
        async for one in self.sessions(questionnaire):
            if one.session.channel not in leave_out:
                at = one.session.began_at
                began[one.session.edition] = min(at, began.get(one.session.edition, at))
        return sorted(began, key=lambda each: (began[each], each), reverse=True)

    async def total(self, questionnaire: str) -> int:
        """Return how many lines there are."""
        return sum(one.session.questionnaire == questionnaire for one in self.stored) + 1

    async def of_person(self, response: str) -> Sequence[StoredSession]:
        """Return the interviews of the person who gave a response."""
        theirs = {one.person_id for one in self.stored if one.response_id == response}
        return [one for one in self._in_order if one.person_id in theirs]

    async def questionnaires(self) -> Sequence[str]:
        """Return the ids of the questionnaires."""
        return sorted({one.session.questionnaire for one in self.stored})

    async def excluded(self, questionnaire: str) -> Mapping[str, int]:
        """Return how many were left out."""
        assert questionnaire
        return {"no_research": 1}

    async def arm_taps(self, questionnaire: str) -> ArmTaps:
        """Return no taps."""
        assert questionnaire
        return ArmTaps()

    async def edition(self, digest: str) -> Edition:
        """Return an edition."""
        return next(one for one in self.editions if one.digest == digest)


async def bundle(made: Snapshot, out: Path, wanted: Wanted, include: Collection[str] = ()) -> Path:
    """Export a data set."""
    await export(made, out, Filters(made.as_of, frozenset(include)), _never, wanted=wanted)
    return out


def _never(edition: Edition) -> Content:
    raise LookupError(f"nothing of {edition.digest} is folded here")


# ---------------------------------------------------------------- editions


class Maker:
    """Makes one data set from a seed."""

    def __init__(self, seed: int, *, people: int = 12) -> None:
        self.chance = random.Random(seed)
        self.people = people
        self.others = OtherKinds(seed, self._odd)
        self.at = BEGINS + timedelta(microseconds=self.chance.randrange(10**9))

    def made(self) -> Made:
        """Return the data set."""
        first = self.edition("1.0.0", range(6))
        others = [self.edition('2, "new"', range(2, 8))] if self.chance.random() < 0.5 else []
        editions = (first, *others)
        stored = []
        for number in range(self.people):
            edition = editions[number * len(editions) // self.people]
            stored.append(self.interview(edition, number))
        return Made(editions, tuple(stored))

    def text(self) -> str:
        """Return odd words."""
        return self._odd(self.chance)

    @staticmethod
    def _odd(chance: random.Random) -> str:
        return f"{chance.choice(ODD)} {chance.randrange(1000)}"

    def edition(self, version: str, items: Sequence[int]) -> Edition:
        """Return an edition with these items."""
        answers = {f"scale_{one}": self._answers() for one in range(2)}
        listed = tuple(self._item(f"item_{number}", number, answers) for number in items)
        others = tuple(self.others.items())
        segments = tuple(self._segment(name) for name in ("calm", "busy", "free"))
        by_chance = self.chance.random() < 0.5
        scales = (
            Scale(id="first", name=self.text(), items=tuple(one.id for one in listed[:3])),
            Scale(id="whole", name=self.text(), items=tuple(one.id for one in listed), method="sum"),
        )
        questionnaire = Questionnaire(
            id="generated",
            version=version,
            title=self.text(),
            summary=self.text(),
            languages=LANGUAGES,
            licence="CC0",
            source=self.text(),
            review=Review(review_by=date(2030, 1, 1)),
            changes=(Change(version=version, on=date(2026, 1, 1), what="Made."),),
            consent=Consent(lines=("Yes?",), whole="Yes?"),
            free_text=True,
            answers={**answers, **self.others.answers()},
            items=(*listed, *others),
            forms=(Form(id="all", items=tuple(one.id for one in (*listed, *others))),),
            scales=scales,
            segments=segments if by_chance else (),
            model=self._model(segments) if by_chance else None,
        )
        words = {
            language: self._texts(questionnaire, own=not place) for place, language in enumerate(LANGUAGES)
        }
        return Edition(digest=digest(questionnaire, words), questionnaire=questionnaire, texts=words)

    def _answers(self) -> AnswerScale:
        values = sorted(self.chance.sample(range(-90, 1000), self.chance.randint(2, 8)))
        choices = [
            Choice(id=f"c{place}", value=value, label=self.text()) for place, value in enumerate(values)
        ]
        return AnswerScale(choices=tuple(choices))

    def _item(self, name: str, number: int, answers: Mapping[str, AnswerScale]) -> Item:
        asked_if = (
            ShowIf(item="item_2", any_of=("c0",)) if number == 5 and self.chance.random() < 0.5 else None
        )
        return Item(
            id=name,
            text=self.text(),
            answers=self.chance.choice(sorted(answers)),
            reverse=self.chance.random() < 0.3,
            show_if=asked_if,
            sensitivity=Sensitivity.IDENTIFIER
            if number == 4 and self.chance.random() < 0.3
            else Sensitivity.NONE,
        )

    def _segment(self, name: str) -> Segment:
        return Segment(
            id=name, name=self.text(), said_as="It moves you.", bar="moves", clinician="It moves me."
        )

    def _model(self, segments: Sequence[Segment]) -> Prototype:
        profiles = {
            one.id: {"first": self.chance.uniform(0, 900), "whole": self.chance.uniform(0, 900)}
            for one in segments
        }
        return Prototype(type="prototype", profiles=profiles, sd=400.0)

    def _texts(self, asked: Questionnaire, *, own: bool) -> Texts:
        def word(text: str) -> str:
            return text if own else self.text()

        def other(text: str) -> str:
            return text if own else self.others.text()

        return Texts(
            title=word(asked.title),
            summary=word(asked.summary),
            consent=ConsentText(lines=("Yes?",), whole="Yes?"),
            prompts=dict.fromkeys(asked.answers),
            labels={
                name: {
                    choice.id: (word if name[:5] == "scale" else other)(choice.label)
                    for choice in scale.choices
                }
                for name, scale in asked.answers.items()
            },
            items={item.id: (word if item.id[:4] == "item" else other)(item.text) for item in asked.items},
            scales={scale.id: ScaleText(name=word(scale.name)) for scale in asked.scales},
            segments={
                one.id: SegmentText(name=word(one.name), said_as="x", bar="x", clinician="x")
                for one in asked.segments
            },
            phrases={},
            status=LocaleStatus.REVIEWED,
        )

    # ------------------------------------------------------------ interviews

    def tick(self) -> datetime:
        """Let some time pass."""
        self.at += timedelta(microseconds=self.chance.randrange(1, 9_000_000))
        return self.at

    def interview(self, edition: Edition, number: int) -> StoredSession:
        """Return an interview that is finished, left, or hardly begun."""
        seed, invite = f"seed-{number}", self.chance.choice([None, "InViTe_-0123"])
        began = Began(
            self.tick(),
            seed,
            self.chance.choice(["telegram", "web", "terminal"]),
            self.chance.choice(LANGUAGES),
            "generated",
            edition.digest,
            "example-hospital",
            ({"voice": "plain"} if number % 2 else {}) | ({"free_text": "on"} if number % 3 else {}),
            invite,
        )
        events: list[Event] = [
            began,
            Continued(self.tick()),
            Consented(self.tick(), "c" * 64, began.language),
        ]
        events.append(ResearchSet(self.tick(), allowed=True))
        answers = dict(self._answered(edition, events, own_words=number % 3 != 0))
        return self._stored(edition, began, events, answers)

    def _answered(
        self, edition: Edition, events: list[Event], *, own_words: bool
    ) -> Iterator[tuple[str, Answer]]:
        """Yield the answers of somebody who may leave at any item."""
        stop = self.chance.choice([0, 2, 99, 99, 99])
        given: dict[str, str | None] = {}
        for place, item in enumerate(edition.questionnaire.items):
            if place == stop:
                return
            condition = item.show_if
            if condition and not set(ticked(given.get(condition.item))) & set(condition.any_of):
                continue
            if item.id.startswith("of_"):
                if item.answers != "words" or own_words:
                    self.at = tick(self.others.chance, self.at)
                    answer = self.others.answered(edition.questionnaire, item, self.at, events)
                    given[item.id] = answer.choice
                    yield item.id, answer
                continue
            choices = [choice.id for choice in edition.questionnaire.choices(item.id)]
            choice = None if self.chance.random() < 0.2 else self.chance.choice(choices)
            at = self.tick()
            events.append(Skipped(at, item.id) if choice is None else Answered(at, item.id, choice))
            given[item.id] = choice
            yield item.id, Answer(choice, at)

    def _stored(
        self, edition: Edition, began: Began, events: list[Event], answers: dict[str, Answer]
    ) -> StoredSession:
        asked = edition.questionnaire
        choices = {item: answer.choice for item, answer in answers.items()}
        due = [
            one.id
            for one in asked.items
            if (one.show_if is None or set(ticked(choices.get(one.show_if.item))) & set(one.show_if.any_of))
            and (one.answers != "words" or "free_text" in began.arm)
        ]
        done = all(item in answers for item in due)
        if done:
            events.append(ResultAsked(self.tick()))
        session = Session(
            id=session_id(began.seed),
            questionnaire=asked.id,
            edition=edition.digest,
            organisation=began.organisation,
            channel=began.channel,
            language=began.language,
            seed=began.seed,
            began_at=began.at,
            arm=began.arm,
            invite=began.invite,
            step=Step.RESULT if done else Step.ASKING,
            revision=len(events),
            item=None if done else next(item for item in due if item not in answers),
            answers=answers,
            consent=Agreed("c" * 64, began.language, events[2].at),
            research=True,
            research_at=events[3].at,
            shown=assign(asked, choices) if done else None,
            ended_at=events[-1].at if done else None,
            seen_at=events[-1].at,
        )
        log = tuple(enumerate(events, start=1))
        return StoredSession(response_code(began.seed), person_code(began.seed), None, session, log)
