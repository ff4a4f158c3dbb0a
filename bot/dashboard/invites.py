"""Invites on the dashboard: the list, a new one, one alone, what is printed of it, and the switch for all.

Law: how many began with an invite isn't shown here. Counts stand on one page, where small ones are hidden
together with what they could be worked out from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.conversation.content import Content
from bot.conversation.replies import Page, Reply
from bot.conversation.scene import Scene
from bot.dashboard import drafts
from bot.dashboard.door import HOME, Door, Staff
from bot.dashboard.frame import Frame, day
from bot.dashboard.paper import poster_page
from bot.invites import qr
from bot.invites.embed import snippet
from bot.invites.landing import Landing
from bot.storage.invites import Invite, paused

LIST: Final = f"{HOME}/invites"
_PICTURES: Final = {"svg": (qr.svg_file, "image/svg+xml"), "png": (qr.png_file, "image/png")}


@dataclass(frozen=True)
class Invites:
    """The invites of one site's organisations."""

    door: Door
    frame: Frame

    # ------------------------------------------------------------ all of them

    async def index(self, request: Request, staff: Staff) -> Response:
        """List the invites, the newest first, those that are over apart."""
        found = await self.door.site.desk.store.invites(staff.organisation)
        shown = [self._shown(staff, one) for one in reversed(found)]
        return await self.frame.page(
            request,
            staff,
            "invites.html",
            here="invites",
            open_invites=[one for one in shown if one["state"] == "open"],
            over=[one for one in shown if one["state"] != "open"],
        )

    async def switch(self, request: Request, staff: Staff) -> Response:
        """Let no new interview begin, or let them begin again."""
        del request
        store, now = self.door.site.desk.store, self.door.site.desk.clock()
        stop = staff.form.get("interviews") == "pause"
        await self.door.wrote(staff, "paused" if stop else "resumed")
        await store.remember(paused(staff.organisation), now.isoformat() if stop else "")
        return RedirectResponse(LIST if staff.form.get("here") == "invites" else HOME, 303)

    # ------------------------------------------------------------ a new one

    async def blank(self, request: Request, staff: Staff) -> Response:
        """Show an empty form."""
        return await self._form(request, staff, {})

    async def make(self, request: Request, staff: Staff) -> Response:
        """Make an invite, or show what is wrong with the form."""
        desk = self.door.site.desk
        draft = drafts.read(staff.form, desk.library, staff.organisation, desk.clock())
        if draft.invite is None:
            return await self._form(request, staff, draft.wrong, status=422)
        await self.door.wrote(staff, "invite_made", draft.invite.code)
        await desk.store.keep_invite(draft.invite)
        return RedirectResponse(f"{LIST}/{draft.invite.code}?new", 303)

    async def _form(
        self, request: Request, staff: Staff, wrong: Mapping[str, str], status: int = 200
    ) -> Response:
        library = self.door.site.desk.library
        language = self.frame.language(request, staff.content)
        contents = {
            name: library.content(one.edition, staff.organisation)
            for name, one in library.questionnaires.items()
        }
        spoken = {tag: None for one in contents.values() for tag in one.languages}
        return await self.frame.page(
            request,
            staff,
            "invite_new.html",
            status=status,
            here="invites",
            tried=bool(wrong),
            wrong=dict.fromkeys(drafts.FIELDS, "") | dict(wrong),
            given=dict.fromkeys(drafts.FIELDS, "") | dict(staff.form),
            chosen=staff.form.get("questionnaire") or library.default_questionnaire,
            questionnaires=[(name, _title(one, language)) for name, one in contents.items()],
            languages=[(tag, staff.content.phrasebook.say(tag, "language.name", {})) for tag in spoken],
        )

    # ------------------------------------------------------------ one alone

    async def show(self, request: Request, staff: Staff) -> Response:
        """Show an invite with everything it can be spread by."""
        invite = await self.door.invite(request, staff)
        content = self._content(invite)
        address = self.door.site.address
        label = content.phrasebook.say(content.spoken(invite.language), "web.embed", {})
        return await self.frame.page(
            request,
            staff,
            "invite.html",
            here="invites",
            invite=self._shown(staff, invite),
            new="new" in request.query_params,
            link=self.door.site.landing(invite.code),
            qr=qr.svg(self.door.site.landing(invite.code)),
            posters=[(tag, content.phrasebook.say(tag, "language.name", {})) for tag in content.languages],
            button_code=snippet(address, invite.code, content.organisation, label, frame=False),
            frame_code=snippet(address, invite.code, content.organisation, label, frame=True),
            sites=content.organisation.may_embed,
        )

    async def close(self, request: Request, staff: Staff) -> Response:
        """Close an invite for good."""
        invite = await self.door.invite(request, staff)
        await self.door.wrote(staff, "invite_closed", invite.code)
        await self.door.site.desk.store.close_invite(invite.code, self.door.site.desk.clock())
        return RedirectResponse(f"{LIST}/{invite.code}", 303)

    async def picture(self, request: Request, staff: Staff) -> Response:
        """Hand over the QR code as a file."""
        invite = await self.door.invite(request, staff)
        kind = request.path_params["kind"]
        if kind not in _PICTURES:
            raise HTTPException(404)
        draw, media = _PICTURES[kind]
        named = {"Content-Disposition": f'attachment; filename="attune-{invite.code}.{kind}"'}
        return Response(draw(self.door.site.landing(invite.code)), media_type=media, headers=named)

    async def poster(self, request: Request, staff: Staff) -> Response:
        """Show the poster, to be printed."""
        invite = await self.door.invite(request, staff)
        content = self._content(invite)
        language = content.spoken(request.query_params.get("language") or invite.language)
        return poster_page(self.door.site, content, language, invite.code)

    async def preview(self, request: Request, staff: Staff) -> Response:
        """Show the landing page as a person sees it; nothing is counted and nothing begins."""
        invite = await self.door.invite(request, staff)
        return Landing(self.door.site).preview(request, self._content(invite), invite, LIST)

    def _content(self, invite: Invite) -> Content:
        """Return what an invite asks; today's default where its questionnaire's folder is gone."""
        library = self.door.site.desk.library
        loaded = library.questionnaires.get(invite.questionnaire)
        edition = (loaded or library.questionnaires[library.default_questionnaire]).edition
        return library.content(edition, invite.organisation)

    def _shown(self, staff: Staff, invite: Invite) -> dict[str, Any]:
        now, content = self.door.site.desk.clock(), self._content(invite)
        return {
            "code": invite.code,
            "campaign": invite.campaign,
            "source": invite.source,
            "state": _state(invite.admits(now), closed=invite.closed_at is not None),
            "made": day(staff.content, invite.created_at),
            "limit": invite.limit,
            "language": invite.language and content.phrasebook.say(invite.language, "language.name", {}),
            "shared_screen": invite.shared_screen,
            "until": invite.expires_at and day(staff.content, invite.expires_at - drafts.MOMENT),
            "content": content,
        }


def _state(admits: bool, *, closed: bool) -> str:  # noqa: FBT001 - said by the invite
    if closed:
        return "closed"
    return "open" if admits else "ended"


def _title(content: Content, language: str) -> str:
    scene = Scene(content, None, Reply(Page.HELP, language))
    return scene.fill(scene.texts.title)
