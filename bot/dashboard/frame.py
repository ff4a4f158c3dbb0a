"""The frame of every page of staff: where one is, in which language, and what holds right now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from bot.conversation.content import Content
from bot.dashboard.door import Staff
from bot.storage.invites import paused
from bot.web.site import Site, wished_language

SIMULATED: Final = "simulated"
"""The name of the fact that made-up people were interviewed here: a demonstration says so on each page."""
_A_YEAR: Final = 365 * 24 * 60 * 60


@dataclass(frozen=True)
class Frame:
    """The frame at one site."""

    site: Site

    async def page(
        self, request: Request, staff: Staff, template: str, *, status: int = 200, **values: Any
    ) -> Response:
        """Return a page for somebody who was let in."""
        store = self.site.desk.store
        more = {
            "staff": staff,
            "paused": bool(await store.recall(paused(staff.organisation))),
            "simulated": bool(await store.recall(SIMULATED)),
        }
        return self.answer(request, staff.content, template, status=status, **more | values)

    def answer(
        self, request: Request, content: Content, template: str, *, status: int = 200, **values: Any
    ) -> Response:
        """Return a page; a language that was asked for is kept in a cookie that says nothing else."""
        language = self.language(request, content)
        more = {"others": _others(request, content, language), "staff": None, "simulated": False}
        answer = self.site.pages.answer(template, content, language, status=status, **more | values)
        if request.query_params.get("language") == language:
            answer.set_cookie(
                self._cookie,
                language,
                max_age=_A_YEAR,
                secure=self.site.secure,
                httponly=True,
                samesite="lax",
            )
        return answer

    def language(self, request: Request, content: Content) -> str:
        """Return the language of a page: asked for, as last time, or the browser's."""
        kept = request.cookies.get(self._cookie)
        if "language" not in request.query_params and kept in content.languages:
            return str(kept)
        return wished_language(request, content)

    @property
    def _cookie(self) -> str:
        return "__Host-attune-language" if self.site.secure else "attune-language"


def _others(request: Request, content: Content, language: str) -> list[tuple[str, str, str]]:
    """Return the other languages: tag, name, and the same page's address in it."""
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "language"]
    return [
        (tag, content.phrasebook.say(tag, "language.name", {}), f"?{urlencode([*asked, ('language', tag)])}")
        for tag in content.languages
        if tag != language
    ]


def moment(content: Content, at: datetime) -> str:
    """Return a moment as a clock in the organisation's time zone shows it."""
    return at.astimezone(ZoneInfo(content.organisation.time_zone)).strftime("%Y-%m-%d %H:%M")


def day(content: Content, at: datetime) -> str:
    """Return the day of a moment in the organisation's time zone."""
    return moment(content, at)[:10]
