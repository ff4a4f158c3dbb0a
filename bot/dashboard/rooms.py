"""Every address of the dashboard, each with who may go there."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.dashboard.door import ENTER, HOME, Door
from bot.dashboard.entrance import Entrance
from bot.dashboard.frame import Frame
from bot.dashboard.invites import LIST, Invites
from bot.dashboard.overview import Overview
from bot.storage.staff import Role
from bot.web.site import Site

POST = ["POST"]


def routes(site: Site) -> list[Route]:
    """Return the addresses of a site's dashboard."""
    door, frame = Door(site), Frame(site)
    return [
        *_entrance(Entrance(door, frame)),
        *_counts(Overview(door, frame)),
        *_invites(Invites(door, frame)),
    ]


def _entrance(entrance: Entrance) -> list[Route]:
    """Return the addresses in front of the door, and those about oneself."""
    admits = entrance.door.admits
    return [
        Route(ENTER, entrance.explain),
        Route(ENTER, entrance.enter, methods=POST),
        Route(ENTER + "/{link}", entrance.show),
        Route(f"{HOME}/account", admits(entrance.account)),
        Route(f"{HOME}/leave", admits(entrance.leave), methods=POST),
        Route(f"{HOME}/", _home),
    ]


async def _home(request: Request) -> Response:
    """Lead to the first page, with its one address."""
    del request
    return RedirectResponse(HOME, 302)


def _counts(overview: Overview) -> list[Route]:
    admits = overview.door.admits
    return [
        Route(HOME, admits(overview.show)),
        Route(f"{HOME}/figures.csv", admits(overview.take, Role.EXPORTER)),
    ]


def _invites(invites: Invites) -> list[Route]:
    admits, one = invites.door.admits, LIST + "/{invite}"
    return [
        Route(f"{HOME}/pause", admits(invites.switch, Role.EDITOR), methods=POST),
        Route(LIST, admits(invites.index)),
        Route(LIST, admits(invites.make, Role.EDITOR), methods=POST),
        Route(f"{LIST}/new", admits(invites.blank, Role.EDITOR)),
        Route(one, admits(invites.show)),
        Route(f"{one}/close", admits(invites.close, Role.EDITOR), methods=POST),
        Route(f"{one}/preview", admits(invites.preview)),
        Route(f"{one}/poster", admits(invites.poster)),
        Route(f"{one}/qr.{{kind}}", admits(invites.picture)),
    ]
