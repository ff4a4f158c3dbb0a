"""Made-up people for a demonstration, interviewed through the hallway like anybody: their channel says so.

Each leans towards one segment where the model has profiles, and answers with some scatter; the others answer
by chance. No one of them is a person, and nothing measured on them says anything about people. What they open
and tap is counted under names of its own, since a count knows nothing of whose it is.
"""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.conversation.events import Commanded, Heard, Started, Tapped
from bot.conversation.replies import Button, Page
from bot.conversation.session import Session
from bot.conversation.taps import Act, Tap, read
from bot.questionnaire.model import Questionnaire
from bot.storage.counting import MADE_UP
from bot.turns import Desk, Incoming, Spoken, take_turn

CHANNEL: Final = "simulated"
_DAYS: Final = 56
_AT_ONCE: Final = 8  # so that whoever looks at the pages meanwhile is answered at once
_MOST_TAPS: Final = 60
_STAYS: Final = (0.96, 0.985, 0.975)  # at each tap, by the place of the invite: they differ, as places do
_BEGINS: Final = 0.8  # of those who open the first page
_IS_BROUGHT: Final = 0.15
_TAPS_A_LINK: Final = 0.3  # of each tip
_COMES_BACK: Final = 0.3
_GOES_ON: Final = {Page.CONSENT: 0.8, Page.GOODBYE: 0.7}
_SCATTER: Final = 1.0
_ENDED: Final = frozenset({Page.DECLINED, Page.UNDER_AGE, Page.STOPPED})


@dataclass(slots=True)
class Someone:
    """A made-up person."""

    desk: Desk
    chance: random.Random
    name: str
    at: datetime
    stays: float = _STAYS[-1]
    taps: int = 0

    async def is_interviewed(self, code: str) -> None:
        """Open an invite, go through an interview as far as this one goes, maybe come back another day."""
        invite = await self.desk.store.invite(code)
        if invite is not None:
            await self._counted(f"opened:{code}", invite.organisation)
            if self.chance.random() < _IS_BROUGHT:
                code = invite.share
        if self.chance.random() > _BEGINS:
            return
        await self._taps_through(code)
        later = self.at + timedelta(days=self.chance.uniform(1, 5))
        if self.chance.random() < _COMES_BACK and later < self.desk.clock():
            self.at = later
            await self._said(Commanded(self.at, "resume", f"{self.name}:back"))

    async def _taps_through(self, code: str) -> None:
        language = self.chance.choices(["en", "es"], [3, 1])[0]
        seed = f"{self.name}:{self.chance.getrandbits(64)}"
        spoken = await self._said(Started(self.at, seed, CHANNEL, language, code))
        while spoken.session is not None and self.taps < _MOST_TAPS and self.chance.random() < self.stays:
            pages = {message.page for message in spoken.messages}
            if Page.TIP in pages and spoken.session.invite and self.chance.random() < _TAPS_A_LINK:
                await self._counted(f"tapped:{spoken.session.invite}", spoken.session.organisation)
            if pages & _ENDED or any(self.chance.random() > _GOES_ON.get(page, 1) for page in pages):
                return
            token = self._choice(spoken.session, spoken)
            if token is None:
                return
            spoken = await self._said(Tapped(self.at, token, seed))

    async def _counted(self, name: str, organisation: str) -> None:
        at = self.desk.library.organisations[organisation].local(self.at)
        await self.desk.store.tally(at, [f"{MADE_UP}{name}"])

    async def _said(self, heard: Heard) -> Spoken:
        self.taps += 1
        self.at += timedelta(seconds=self.chance.uniform(2, 12))
        key = f"sim:{self.name}:{self.taps}"
        spoken = await take_turn(self.desk, Incoming(CHANNEL, self.name, self.name, key, heard))
        self.desk.store.sent(spoken.person, spoken.key)
        return spoken

    def _choice(self, session: Session, spoken: Spoken) -> str | None:
        buttons = [
            (tap, one)
            for message in spoken.messages
            for one in message.buttons
            if (tap := read(one.token or ""))
        ]
        answers = [one for one in buttons if one[0].act is Act.CHOOSE and one[0].arg.isdigit()]
        if answers:
            return self._answer(session, answers)
        wished = [
            (weight, one)
            for tap, one in buttons
            if (weight := _WISHES.get((tap.act, tap.arg), _WISHES.get((tap.act, ""), 0)))
        ]
        if not wished:
            return None
        return self.chance.choices([one.token for _, one in wished], [weight for weight, _ in wished])[0]

    def _answer(self, session: Session, answers: Sequence[tuple[Tap, Button]]) -> str | None:
        questionnaire = self.desk.library.questionnaires[session.questionnaire].edition.questionnaire
        aim = _aim(questionnaire, session.item or "", self._leaning(questionnaire))
        if aim is None:
            return self.chance.choice(answers)[1].token
        aimed = self.chance.gauss(aim, _SCATTER)
        return min(answers, key=lambda one: abs(int(one[0].arg) - aimed))[1].token

    def _leaning(self, questionnaire: Questionnaire) -> str | None:
        segments = [one.id for one in questionnaire.segments]
        return segments[hash_of(self.name) % len(segments)] if segments else None


_WISHES: Final = {
    (Act.BEGIN, ""): 1.0,
    (Act.AGREE, ""): 1.0,
    (Act.DECLINE, ""): 0.05,
    (Act.UNDER_AGE, ""): 0.02,
    (Act.RESEARCH, "0"): 0.4,
    (Act.RESEARCH, "1"): 0.6,
    (Act.RESULT, ""): 1.0,
    (Act.CHECK, ""): 0.05,
    (Act.CHOOSE, ""): 1.0,  # ticks, and that this is all
    (Act.SKIP, ""): 0.5,
    (Act.TIP, ""): 1.0,
    (Act.HELPFUL, ""): 0.6,
    (Act.UNHELPFUL, ""): 0.2,
    (Act.PAGE, "not_me"): 0.1,
    (Act.PAGE, "goodbye"): 0.5,
    (Act.PAGE, "share"): 1.0,
    (Act.CORRECT, ""): 1.0,
}
"""How likely each button is, against the others beside it; what isn't here is left alone."""


def hash_of(name: str) -> int:
    """Return the same number for a name in every run."""
    return sum(ord(letter) * (place + 7) for place, letter in enumerate(name))


def _aim(questionnaire: Questionnaire, item: str, segment: str | None) -> float | None:
    """Return which choice somebody of a segment tends to, by place, where the model has profiles."""
    profiles = getattr(questionnaire.model, "profiles", None)
    scale = next((one.id for one in questionnaire.scales if item in one.items), None)
    if profiles is None or segment is None or scale is None:
        return None
    places = len(questionnaire.choices(item)) - 1
    aim = float(profiles[segment][scale]) - 1
    return places - aim if questionnaire.item(item).reverse else aim


async def simulate(desk: Desk, codes: Sequence[str], people: int, seed: int = 1) -> None:
    """Interview so many made-up people over the last weeks, spread over some invites."""
    chance = random.Random(seed)  # noqa: S311 - made-up answers, no secret
    now, gate = desk.clock(), asyncio.Semaphore(_AT_ONCE)

    async def one(number: int) -> None:
        own = random.Random(chance.getrandbits(64))  # noqa: S311 - the same
        at = now - timedelta(days=own.uniform(1, _DAYS))
        place = own.randrange(len(codes))
        someone = Someone(desk, own, f"simulated-{seed}-{number}", at, _STAYS[place % len(_STAYS)])
        async with gate:
            await someone.is_interviewed(codes[place])

    await asyncio.gather(*(one(number) for number in range(people)))
