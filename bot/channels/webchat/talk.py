"""Turns of the interview in a browser: what a form means, taken through the hallway."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.channels.webchat import resume
from bot.channels.webchat.visitor import CHANNEL, Visitor
from bot.conversation.events import Commanded, Heard, Started, Tapped, Typed
from bot.conversation.replies import Message, Page, Reply
from bot.conversation.session import Session, Step
from bot.conversation.taps import ENTERS, Act, read, token
from bot.turns import Desk, Incoming, content_of, take_turn

COMMANDS: Final = frozenset({"help", "privacy", "mydata", "forget", "language", "stop", "resume"})
BEGIN: Final = "begin"
START: Final = "start"


@dataclass(frozen=True, slots=True)
class Told:
    """What a turn led to: the interview, or nothing of it, and the page that answers."""

    session: Session | None
    reply: Reply | None  # None: the present page
    message: Message | None = None  # that page's words, where the turn said them as a page does


@dataclass(frozen=True, slots=True)
class Talk:
    """One visitor's turns at a desk."""

    desk: Desk
    visitor: Visitor
    code: str

    @property
    def person(self) -> str:
        """Return the visitor's pseudonym."""
        return self.desk.keys.person(CHANNEL, self.visitor.secret or "")

    async def hear(self, form: Mapping[str, str]) -> Told:
        """Take what a form says."""
        act = form.get("act")
        if act in {BEGIN, START}:
            return await self._begin(form.get("language"), onwards=act == BEGIN)
        if form.get("command") in COMMANDS:
            return await self._take(lambda at, seed: Commanded(at, form["command"], seed))
        tap = form.get("tap", "")[:100]
        if _enters(tap):
            return await self._take(lambda at, seed: Typed(at, form.get("typed", ""), seed, tap))
        return await self._take(lambda at, seed: Tapped(at, tap, seed))

    async def _begin(self, language: str | None, *, onwards: bool) -> Told:
        """Begin in the language that was read, and go on to the consent where that page was a welcome."""
        told = await self._take(lambda at, seed: Started(at, seed, CHANNEL, language, self.code))
        told = await self._in_language(told, language)
        session = told.session
        if onwards and session is not None and session.step is Step.WELCOME:
            return await self._tap(session, Act.BEGIN)
        return told

    async def _in_language(self, told: Told, language: str | None) -> Told:
        session = told.session
        if session is None or session.step is not Step.WELCOME or language in {None, session.language}:
            return told
        spoken = (await content_of(self.desk, session)).languages
        return await self._tap(session, Act.LANGUAGE, spoken.index(language)) if language in spoken else told

    async def _tap(self, session: Session, act: Act, arg: str | int = "") -> Told:
        tapped = token(session.id, session.revision, act, arg)
        return await self._take(lambda at, seed: Tapped(at, tapped, seed))

    async def _take(self, said: "Callable[..., Heard]") -> Told:
        secret = self.visitor.secret or ""
        heard = said(self.desk.clock(), secrets.token_hex(16))
        key = f"web:{secrets.token_hex(12)}"
        spoken = await take_turn(self.desk, Incoming(CHANNEL, secret, secret, key, heard))
        self.desk.store.sent(spoken.person, spoken.key)  # the answer to this request, or the page read again
        if spoken.receipt:
            await self.desk.store.receipt_sent(spoken.receipt)
        reply = spoken.replies[-1] if spoken.replies else None
        if reply is not None and reply.page is Page.ERASING and spoken.messages:
            reply = Reply(spoken.messages[-1].page, reply.language)  # verified meanwhile: erased
        if reply is not None and reply.page is Page.PAUSED and spoken.session is not None:
            await resume.offer(self.desk, spoken.person, secret, spoken.session)
        message = spoken.messages[-1] if spoken.messages else None
        asks = message is not None and reply is not None and message.page is reply.page is Page.QUESTION
        return Told(spoken.session, reply, message if asks else None)


def _enters(tap: str) -> bool:
    """Tell whether a form sends what was typed into its field."""
    known = read(tap)
    return known is not None and (known.act, known.arg) == (Act.CHOOSE, ENTERS)
