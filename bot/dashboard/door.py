"""The one way in: every page of staff stands behind `Door.admits`.

Law: nobody is let through without a visit that goes on; a form also needs to come from our own page and to
carry the visit's token; what a role may not do is refused before anything is looked up. Which organisation
is asked about comes from the visit, and from nowhere else.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.conversation.content import Content
from bot.dashboard import visits
from bot.storage.invites import Invite
from bot.storage.staff import Account, Deed, Role
from bot.web.limits import read_form, refuse_elsewhere
from bot.web.site import Site

HOME: Final = "/dashboard"
ENTER: Final = "/dashboard/enter"
OWN_CONTENT: Final = "content"
"""Where a request notes whose staff asks, so that what goes wrong is said in their organisation's colours."""
_NOTED: Final = timedelta(minutes=1)  # a visit's last use is kept to the minute
_REFUSED: Final = 403


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who was let in, with the form that they sent."""

    account: Account
    content: Content
    visit: str  # its digest
    token: str
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def organisation(self) -> str:
        """Return the id of the organisation whose staff this is."""
        return self.account.organisation

    @property
    def edits(self) -> bool:
        """Tell whether invites may be made and closed, and interviews paused."""
        return self.account.role is Role.EDITOR

    @property
    def exports(self) -> bool:
        """Tell whether the counts may be taken away as a file."""
        return self.account.role is Role.EXPORTER


Handler = Callable[[Request, Staff], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Door:
    """The door of one site."""

    site: Site

    def admits(self, handler: Handler, role: Role | None = None) -> Endpoint:
        """Return an address that a visit leads through, of one role where that is given."""

        async def answered(request: Request) -> Response:
            posts = request.method == "POST"
            if posts:
                refuse_foreign(request, self.site.address)
            staff = await self.staff(request)
            if staff is None:
                return RedirectResponse(ENTER, 303)
            setattr(request.state, OWN_CONTENT, staff.content)
            if role not in {None, staff.account.role}:
                raise HTTPException(_REFUSED)
            return await handler(request, await _with_form(request, staff) if posts else staff)

        return answered

    async def staff(self, request: Request) -> Staff | None:
        """Return who is there, if their visit goes on."""
        desk = self.site.desk
        secret = visits.secret_of(request, secure=self.site.secure)
        if secret is None:
            return None
        digest, now = visits.visit_digest(desk.keys, secret), desk.clock()
        visit = await desk.store.visit(digest, now)
        content = self.content(visit.account.organisation) if visit else None
        if visit is None or content is None:
            return None
        self.site.limits.taps.take(digest)
        if now - visit.seen_at > _NOTED:
            await desk.store.see_visit(digest, now)
        return Staff(visit.account, content, digest, visits.form_token(desk.keys, secret))

    def content(self, organisation: str) -> Content | None:
        """Return the default questionnaire as an organisation asks it; None where its file is gone."""
        library = self.site.desk.library
        if organisation not in library.organisations:
            return None
        return library.content(library.questionnaires[library.default_questionnaire].edition, organisation)

    async def wrote(self, staff: Staff, what: str, about: str = "") -> None:
        """Write down what somebody is about to do: first that, then the deed."""
        desk = self.site.desk
        await desk.store.record(Deed(desk.clock(), staff.organisation, staff.account.id, what, about))

    async def invite(self, request: Request, staff: Staff) -> Invite:
        """Return the invite that an address names; of another organisation there is none."""
        found = await self.site.desk.store.invite(request.path_params["invite"])
        if found is None or found.organisation != staff.organisation:
            raise HTTPException(404)
        return found


def refuse_foreign(request: Request, ours: str) -> None:
    """Refuse a form that doesn't say it comes from our own page: every browser says so."""
    if not {"origin", "sec-fetch-site"} & set(request.headers):
        raise HTTPException(_REFUSED)
    refuse_elsewhere(request, ours)


async def _with_form(request: Request, staff: Staff) -> Staff:
    form = await read_form(request)
    if not visits.is_token(form.get("token", ""), staff.token):
        raise HTTPException(_REFUSED)
    return replace(staff, form=form)
