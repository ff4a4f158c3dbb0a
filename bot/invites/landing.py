"""The landing page of an invite: who asks, what it is, and the ways to answer."""

import re
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.conversation.content import Content
from bot.conversation.pages_way_in import consent_text
from bot.conversation.replies import Page, Reply
from bot.conversation.scene import Scene
from bot.invites import qr
from bot.storage.invites import Invite
from bot.web.pages import opening, said_on_web
from bot.web.site import NO_INVITE, Site, readable, wished_language
from bot.web.text import blocks
from bot.web.timing import at_once

_PREVIEWS: Final = re.compile(
    r"bot\b|bot/|crawl|spider|preview|facebookexternalhit|whatsapp|skype|slurp", re.IGNORECASE
)


def is_counted(request: Request) -> bool:
    """Tell whether a request is a person's: no HEAD, no prefetch, no program that makes previews."""
    ahead = "prefetch" in request.headers.get("sec-purpose", request.headers.get("purpose", ""))
    return (
        request.method == "GET" and not ahead and not _PREVIEWS.search(request.headers.get("user-agent", ""))
    )


@dataclass(frozen=True)
class Landing:
    """The landing pages of one site."""

    site: Site

    async def home(self, request: Request) -> Response:
        """Lead to the page of those whom nobody invited."""
        del request
        return RedirectResponse(f"/i/{NO_INVITE}", 302)

    async def get(self, request: Request) -> Response:
        """Show the landing page; a code that admits nobody shows the page of those without one."""
        code = readable(request.path_params["invite"])
        content, invite = await self.site.content_of(code)
        if invite is not None:
            at_once(request)
            await self._opened(request, content, invite)
        return self._page(request, content, code, invite)

    async def _opened(self, request: Request, content: Content, invite: Invite) -> None:
        if is_counted(request):
            at = content.organisation.local(self.site.desk.clock())
            await self.site.desk.store.tally(at, [f"opened:{invite.code}"])

    def preview(self, request: Request, content: Content, invite: Invite, back: str) -> Response:
        """Show the page of an invite to its own staff: nothing is counted, and its buttons do nothing."""
        return self._page(request, content, invite.code, invite, f"{back}/{invite.code}")

    def _page(
        self, request: Request, content: Content, code: str, invite: Invite | None, back: str | None = None
    ) -> Response:
        language = wished_language(request, content, invite)
        scene = Scene(content, None, Reply(Page.CONSENT, language))
        shared = invite is not None and invite.shared_screen
        return self.site.pages.answer(
            "landing.html",
            content,
            language,
            telegram=None if shared else self._telegram(code),
            # Drawn for a code that opens something only: it takes time, and once it was drawn less.
            qr=None if shared else qr.svg(self.site.landing(code if invite else None)),
            answers=blocks(said_on_web(content, language, consent_text(scene))),
            begin_key="web.here",
            back=back,
            **opening(content, language, code),
        )

    def _telegram(self, code: str) -> str | None:
        bot = self.site.bot_link()
        return f"{bot}?start={code}" if bot else None
