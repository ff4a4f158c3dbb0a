"""Signing in by a one-time link, signing out, and the page about one's own account.

Law: opening a link changes nothing, because mail programs and messengers open links too; the button does.
What is wrong with a link is told to nobody.
"""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.dashboard import visits
from bot.dashboard.door import ENTER, HOME, Door, Staff, refuse_foreign
from bot.dashboard.frame import Frame, moment
from bot.storage.staff import LINK_AGE, VISIT_AGE, VISIT_IDLE, Account, Deed
from bot.web.limits import address_of, read_form

_SHOWN: Final = 20
_DEEDS: Final = {
    "signed_in": "staff.did_sign_in",
    "signed_out": "staff.did_sign_out",
    "link_made": "staff.did_link",
    "account_made": "staff.did_account",
    "account_closed": "staff.did_account_closed",
    "invite_made": "staff.did_invite",
    "invite_closed": "staff.did_close",
    "paused": "staff.did_pause",
    "resumed": "staff.did_resume",
    "figures_taken": "staff.did_take",
}
"""What can be done, and the phrase that says so."""


@dataclass(frozen=True)
class Entrance:
    """The way in and out of one site's dashboard."""

    door: Door
    frame: Frame

    async def explain(self, request: Request) -> Response:
        """Say how to get in; whoever is in already goes on."""
        if await self.door.staff(request) is not None:
            return RedirectResponse(HOME, 303)
        return self._page(request, None, left="left" in request.query_params)

    async def show(self, request: Request) -> Response:
        """Show what a one-time link leads to, without using it up."""
        link = request.path_params["link"]
        self._count(request)
        account = await self._offered(link)
        if account is None and await self.door.staff(request) is not None:
            return RedirectResponse(HOME, 303)
        return self._page(request, account, link=link, wrong=account is None)

    async def enter(self, request: Request) -> Response:
        """Use up a link and begin a visit, with a secret that no browser had before."""
        site = self.door.site
        refuse_foreign(request, site.address)
        self._count(request)
        link = (await read_form(request)).get("link", "")
        secret = visits.new_secret()
        digest, keys = visits.link_digest(site.desk.keys, link), site.desk.keys
        now = site.desk.clock()
        begun = digest and await site.desk.store.sign_in(digest, visits.visit_digest(keys, secret), now)
        if not begun:
            return self._page(request, None, wrong=True)
        before = visits.secret_of(request, secure=site.secure)
        if before is not None:
            await site.desk.store.end_visit(visits.visit_digest(keys, before))
        answer = RedirectResponse(HOME, 303)
        visits.remember(answer, secret, secure=site.secure)
        return answer

    async def leave(self, request: Request, staff: Staff) -> Response:
        """End the visit."""
        del request
        await self.door.wrote(staff, "signed_out")
        await self.door.site.desk.store.end_visit(staff.visit)
        answer = RedirectResponse(f"{ENTER}?left", 303)
        visits.forget(answer, secure=self.door.site.secure)
        return answer

    async def account(self, request: Request, staff: Staff) -> Response:
        """Show whose account this is, what it may do, and what was done with it lately."""
        deeds = await self.door.site.desk.store.deeds(staff.organisation)
        mine = [one for one in deeds if staff.account.id in {one.account, one.about}][:_SHOWN]
        return await self.frame.page(
            request,
            staff,
            "account.html",
            here="account",
            deeds=[self._deed(staff, one) for one in mine],
            idle=int(VISIT_IDLE.total_seconds()) // 60,
            hours=int(VISIT_AGE.total_seconds()) // 3600,
        )

    @staticmethod
    def _deed(staff: Staff, deed: Deed) -> tuple[str, str]:
        return moment(staff.content, deed.at), _DEEDS[deed.what]

    def _count(self, request: Request) -> None:
        self.door.site.limits.sign_ins.take(address_of(request))

    async def _offered(self, link: str) -> Account | None:
        desk = self.door.site.desk
        digest = visits.link_digest(desk.keys, link)
        return await desk.store.sign_in_offered(digest, desk.clock()) if digest else None

    def _page(
        self,
        request: Request,
        account: Account | None,
        *,
        link: str = "",
        wrong: bool = False,
        left: bool = False,
    ) -> Response:
        site = self.door.site
        content = self.door.content(account.organisation) if account else None
        return self.frame.answer(
            request,
            content or site.default_content,
            "enter.html",
            status=404 if wrong else 200,
            account=account if content else None,
            link=link,
            wrong=wrong,
            left=left,
            hours=int(LINK_AGE.total_seconds()) // 3600,
        )
