"""The pages of the interview: shown on GET, moved by POST; the same with JavaScript and without."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.channels.webchat import resume, shown
from bot.channels.webchat.page import Sheet, sheet
from bot.channels.webchat.talk import BEGIN, START, Talk, Told
from bot.channels.webchat.visitor import CHANNEL, Mode, Screens, Visitor, forget, recognise, remember
from bot.conversation.content import Content
from bot.conversation.mydata import FILE_NAME, account, readable
from bot.conversation.replies import Message, Page, Reply
from bot.conversation.session import ENDED, Session, Step
from bot.conversation.wording import word
from bot.links import share_code, tracked
from bot.own_words import opened
from bot.storage.invites import Invite
from bot.turns import content_of, kept_of
from bot.web.limits import address_of, read_form, refuse_elsewhere
from bot.web.pages import opening
from bot.web.site import NO_INVITE, Site, wished_language
from bot.web.site import readable as readable_code
from bot.web.timing import at_once

LIVE: Final = "x-attune"
"""The header with which our script asks for the page itself, not for a way to it."""
AT: Final = "X-Attune-Address"


@dataclass(frozen=True, slots=True)
class Seat:
    """Where somebody sits: the code in the address, its invite whatever its state, and who it is."""

    code: str
    invite: Invite | None
    visitor: Visitor

    @property
    def path(self) -> str:
        """Return the address of the interview."""
        return f"/chat/{self.code}"

    def began(self, session: Session | None) -> bool:
        """Tell whether an interview began with this very code, so that nothing about it is new here."""
        return session is not None and self.invite is not None and session.invite == self.invite.code


@dataclass(frozen=True)
class Chat:
    """The interview in a browser, at one site."""

    site: Site
    screens: Screens

    # ------------------------------------------------------------ requests

    async def get(self, request: Request) -> Response:
        """Show where an interview stands, or what it would be."""
        seat = await self._seat(request, {})
        session = await self._session(request, seat)
        if session is not None:
            content = await content_of(self.site.desk, session)
            reply = shown.of_interview(content, session, request.query_params)
            return await self._interview(seat, session, reply)
        return await self._without(request, seat)

    async def post(self, request: Request) -> Response:
        """Take what a form says, then show what it led to."""
        refuse_elsewhere(request, self.site.address)
        form = await read_form(request)
        seat = await self._seat(request, form)
        if form.get("act") == "clear":
            return self._clear(seat)
        begins, known = form.get("act") in {BEGIN, START}, await self._session(request, seat)
        if not begins and known is None:
            return self._opening(seat) if seat.visitor.mode is Mode.SHARED else self._nobody(request, seat)
        if begins:
            self.site.limits.beginnings.take(address_of(request))
            seat = replace(seat, visitor=seat.visitor if known else seat.visitor.met())
        self.site.limits.taps.take(seat.visitor.secret or "")
        told = await Talk(self.site.desk, seat.visitor, seat.code).hear(form)
        return await self._told(request, seat, told)

    async def download(self, request: Request) -> Response:
        """Hand over everything kept about a person."""
        refuse_elsewhere(request, self.site.address)
        seat = await self._seat(request, await read_form(request))
        if await self._session(request, seat) is None:
            return RedirectResponse(seat.path, 303)
        kept = await self._kept(seat)
        named = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
        return Response(account(kept), media_type="application/json", headers=named)

    async def code_page(self, request: Request) -> Response:
        """Ask for a resume code."""
        return self._code_page(request, wrong=False)

    async def enter_code(self, request: Request) -> Response:
        """Go on where a resume code leads."""
        refuse_elsewhere(request, self.site.address)
        self.site.limits.codes.take(address_of(request))
        found = await resume.find(self.site.desk, (await read_form(request)).get("code", ""))
        if found is None:
            return self._code_page(request, wrong=True)
        secret, session = found
        invite = await self.site.desk.store.invite(session.invite) if session.invite else None
        shared = invite is None or invite.shared_screen  # this screen may be one's own: with a cookie
        answer = RedirectResponse(f"/chat/{NO_INVITE if shared else session.invite}", 303)
        remember(answer, Visitor(Mode.COOKIE, secret), secure=self.site.secure)
        return answer

    # ------------------------------------------------------------ who is there

    async def _seat(self, request: Request, form: Mapping[str, str]) -> Seat:
        code = readable_code(request.path_params["invite"])
        invite = await self.site.desk.store.invite(code)
        return Seat(code, invite, recognise(request, form, invite, secure=self.site.secure))

    async def _session(self, request: Request, seat: Seat) -> Session | None:
        desk, secret = self.site.desk, seat.visitor.secret
        if secret is None:
            return None
        person = desk.keys.person(CHANNEL, secret)
        session = (await desk.store.load(person)).session
        if seat.began(session):
            at_once(request)
        if session is None or seat.visitor.mode is not Mode.SHARED:
            return session
        return session if self.screens.is_there(person, session.seen_at, desk.clock()) else None

    async def _kept(self, seat: Seat) -> list[tuple[Content, Session]]:
        desk = self.site.desk
        return await kept_of(desk, desk.keys.person(CHANNEL, seat.visitor.secret or ""))

    # ------------------------------------------------------------ answers

    async def _told(self, request: Request, seat: Seat, told: Told) -> Response:
        if seat.began(told.session):
            at_once(request)
        if LIVE not in request.headers and seat.visitor.mode is Mode.COOKIE:
            query = shown.query(told.reply, told.session) if told.reply else ""
            answer: Response = RedirectResponse(seat.path + query, 303)
        else:
            answer = await self._direct(request, seat, told)
        if told.session is None:
            forget(answer, secure=self.site.secure)
        else:
            remember(answer, seat.visitor, secure=self.site.secure)
        return answer

    async def _direct(self, request: Request, seat: Seat, told: Told) -> Response:
        if told.session is not None:
            content = await content_of(self.site.desk, told.session)
            reply = told.reply or shown.of_interview(content, told.session, {})
            return await self._interview(seat, told.session, reply, told.message)
        return await self._farewell(
            request, replace(seat, visitor=replace(seat.visitor, secret=None)), told.reply
        )

    def _clear(self, seat: Seat) -> Response:
        if seat.visitor.secret:
            self.screens.clear(
                self.site.desk.keys.person(CHANNEL, seat.visitor.secret), self.site.desk.clock()
            )
        return self._opening(seat)

    @staticmethod
    def _opening(seat: Seat) -> Response:
        """Lead to the beginning."""
        return RedirectResponse(seat.path, 303)

    def _nobody(self, request: Request, seat: Seat) -> Response:
        """Lead whoever isn't known here, or not any more, to the page that says so."""
        reply = Reply(Page.NOBODY, wished_language(request, self.site.default_content))
        framed = "&frame=1" if seat.visitor.mode is Mode.FRAME else ""
        return RedirectResponse(seat.path + shown.query(reply, None) + framed, 303)

    async def _interview(
        self, seat: Seat, session: Session, reply: Reply, said: Message | None = None
    ) -> Response:
        content = await content_of(self.site.desk, session)
        session = opened(self.site.desk.keys, content, session)
        if reply.page is Page.SHARE:
            code = await share_code(self.site.desk.store, session)
            content = replace(content, share_link=self.site.landing(code))
        message = said or await self._message(seat, content, session, reply)
        more = {
            "stoppable": session.step not in ENDED,
            "share": content.share_link if reply.page is Page.SHARE else None,
            **self._resume(seat, session, reply),
        }
        headers = {AT: seat.path + shown.query(reply, session)} if seat.visitor.mode is Mode.COOKIE else {}
        made = sheet(content, session, reply, message)
        return self._page(content, seat, made, reply.language, headers, **more)

    async def _without(self, request: Request, seat: Seat) -> Response:
        """Show what an interview would be about, or the last page of one that is gone."""
        content, invite = await self._content(request, seat)
        language = wished_language(request, content, invite)
        reply = shown.of_nobody(language, request.query_params)
        if reply is not None:
            return await self._farewell(request, seat, reply)
        framed = seat.visitor.mode is Mode.FRAME
        values = opening(content, language, seat.code)
        return self.site.pages.answer(
            "open.html", content, language, framed=framed, begin_key="button.begin", **values
        )

    async def _farewell(self, request: Request, seat: Seat, reply: Reply | None) -> Response:
        content, invite = await self._content(request, seat)
        reply = reply or Reply(Page.NOBODY, wished_language(request, content, invite))
        if reply.page is Page.ERASING and not await self.site.desk.store.erasures_pending():
            reply = replace(reply, page=Page.ERASED)
        made = sheet(content, None, reply, word(content, None, reply))
        headers = {AT: seat.path + shown.query(reply, None)} if seat.visitor.mode is Mode.COOKIE else {}
        return self._page(content, seat, made, reply.language, headers, begins=True)

    async def _content(self, request: Request, seat: Seat) -> tuple[Content, Invite | None]:
        """Return what an interview would be about, for somebody without one."""
        content, invite = await self.site.content_of(seat.code)
        if invite is not None:
            at_once(request)
        return content, invite

    def _page(
        self,
        content: Content,
        seat: Seat,
        made: Sheet,
        language: str,
        headers: Mapping[str, str],
        **more: Any,
    ) -> Response:
        shared = seat.visitor.mode is Mode.SHARED
        values = {"begins": False, "stoppable": False, "share": None, "resume_code": None} | more
        return self.site.pages.answer(
            "chat.html",
            content,
            language,
            framed=seat.visitor.mode is Mode.FRAME,
            headers=headers,
            sheet=made,
            code=seat.code,
            carried=seat.visitor.fields,
            shared=shared,
            clears_to=seat.path if shared else None,
            **values,
        )

    def _code_page(self, request: Request, *, wrong: bool) -> Response:
        content = self.site.default_content
        language = wished_language(request, content)
        return self.site.pages.answer(
            "resume.html", content, language, status=422 if wrong else 200, wrong=wrong
        )

    # ------------------------------------------------------------ what a page says

    async def _message(self, seat: Seat, content: Content, session: Session, reply: Reply) -> Message:
        if reply.page is Page.MYDATA:
            return readable(content, await self._kept(seat), reply)
        if reply.page is Page.HELP:
            keys = self.site.desk.keys
            content = replace(content, code=keys.quoted(keys.person(CHANNEL, seat.visitor.secret or "")))
        message = word(content, session, reply)
        return await tracked(self.site.desk.store, "", content, session, reply, message)

    def _resume(self, seat: Seat, session: Session, reply: Reply) -> dict[str, Any]:
        if reply.page is not Page.PAUSED or session.step is not Step.PAUSED or not seat.visitor.secret:
            return {}
        return {
            "resume_code": resume.code_of(self.site.desk.keys, seat.visitor.secret, session),
            "resume_at": f"{urlsplit(self.site.address).netloc}/resume",
            "resume_days": resume.DAYS,
        }
