"""Tracked provider links: counted, then on to an address of today's content files and to no other.

Law: a link says nothing and holds no address; whatever is wrong with one, nobody is sent anywhere.
"""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.conversation.pages_result import link
from bot.conversation.replies import Page, Reply
from bot.conversation.scene import Scene
from bot.invites.landing import is_counted
from bot.storage.invites import CODE, Destination
from bot.web.site import Site


@dataclass(frozen=True)
class Links:
    """The tracked links of one site."""

    site: Site

    async def get(self, request: Request) -> Response:
        """Count a tap and lead on."""
        opaque = request.path_params["link"]
        store = self.site.desk.store
        destination = await store.destination(opaque) if CODE.fullmatch(opaque) else None
        address = self._address(destination) if destination else None
        if destination is None or address is None:
            raise HTTPException(404)
        if is_counted(request):
            at = self.site.desk.library.organisations[destination.organisation].local(self.site.desk.clock())
            await store.tally(at, [f"tapped:{opaque}"])
        return RedirectResponse(address, 302, {"Referrer-Policy": "no-referrer"})

    def _address(self, destination: Destination) -> str | None:
        """Return the address that the content files give today."""
        library = self.site.desk.library
        loaded = library.questionnaires.get(destination.questionnaire)
        if loaded is None or destination.organisation not in library.organisations:
            return None
        content = library.content(loaded.edition, destination.organisation)
        scene = Scene(content, None, Reply(Page.TIP, destination.language))
        return next((one.url for one in link(scene, destination.topic) if one.url), None)
