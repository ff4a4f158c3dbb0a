"""What the rooms of the web work with: the desk as the web uses it, our own address, and the pages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Final

from starlette.requests import Request

from bot.conversation.content import Content
from bot.conversation.phrasebook import Phrasebook
from bot.organisation.model import Organisation
from bot.storage.invites import CODE, Invite
from bot.turns import Desk, admitted
from bot.web.limits import ANYTHING, BEGINNINGS, CODES, SIGN_INS, TAPS, Limiter
from bot.web.pages import Pages

NO_INVITE: Final = "hello"
"""Stands in an address where a code would: the interview that a person gets who wasn't invited."""

_ON_WEB: Final = "on_web."


@dataclass(frozen=True)
class Limits:
    """The limiters of one server."""

    anything: Limiter
    beginnings: Limiter
    codes: Limiter
    taps: Limiter
    sign_ins: Limiter

    @classmethod
    def made(cls, seconds: Callable[[], float]) -> "Limits":
        """Make them with nothing used."""
        return cls(*(Limiter(rate, seconds) for rate in (ANYTHING, BEGINNINGS, CODES, TAPS, SIGN_INS)))


@dataclass(frozen=True)
class Site:
    """One web server."""

    desk: Desk
    address: str  # under which the world reaches us, without a slash at its end
    logos: Path  # the folder of organisations
    bot_link: Callable[[], str | None]
    limits: Limits
    pages: Pages = field(default_factory=Pages)

    @cached_property
    def secure(self) -> bool:
        """Tell whether people come over https."""
        return self.address.startswith("https://")

    @cached_property
    def default_content(self) -> Content:
        """Return what is shown where no invite says otherwise."""
        library = self.desk.library
        edition = library.questionnaires[library.default_questionnaire].edition
        return library.content(edition, library.default_organisation)

    def organisation(self, name: str) -> Organisation | None:
        """Return an organisation."""
        return self.desk.library.organisations.get(name)

    async def content_of(self, code: str) -> tuple[Content, Invite | None]:
        """Return what an interview would be about that begins with a code now, and its invite if it has one.

        Whatever is wrong with a code, the answer is the same.
        """
        invite = await admitted(self.desk, code, self.desk.clock())
        if invite is None:
            return self.default_content, None
        library = self.desk.library
        edition = library.questionnaires[invite.questionnaire].edition
        return library.content(edition, invite.organisation), invite

    def landing(self, code: str | None) -> str:
        """Return the address of the landing page of a code."""
        return f"{self.address}/i/{code or NO_INVITE}"


def readable(code: str) -> str:
    """Return a code out of an address, or what stands for none where it can't be one."""
    return code if CODE.fullmatch(code) else NO_INVITE


def web_desk(desk: Desk) -> Desk:
    """Return the desk with what is worded differently on the web: no commands, no chat of Telegram's."""
    book = desk.library.phrasebook
    books = {
        language: phrases.model_copy(update={"phrases": _for_web(phrases.phrases)})
        for language, phrases in book.books.items()
    }
    return replace(desk, library=replace(desk.library, phrasebook=Phrasebook(books)))


def _for_web(phrases: Mapping[str, str]) -> dict[str, str]:
    own = {key.removeprefix(_ON_WEB): words for key, words in phrases.items() if key.startswith(_ON_WEB)}
    return {**phrases, **own}


def wished_language(request: Request, content: Content, invite: Invite | None = None) -> str:
    """Return the language for somebody without an interview: asked for, the invite's, or the browser's."""
    asked = request.query_params.get("language")
    if asked in content.languages:
        return str(asked)
    if invite is not None and invite.language in content.languages:
        return invite.language or content.languages[0]
    wishes = request.headers.get("accept-language", "")[:200].split(",")
    for wish in (one.split(";")[0].strip() for one in wishes):
        base = wish.split("-")[0].lower()
        if any(base and tag.split("-")[0] == base for tag in content.languages):
            return content.spoken(wish)
    return content.languages[0]
