"""The first page: whether interviews may begin, and how it goes, in counts."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bot.dashboard.door import Door, Staff
from bot.dashboard.frame import Frame


@dataclass(frozen=True)
class Overview:
    """The counts of one site's organisations."""

    door: Door
    frame: Frame

    async def show(self, request: Request, staff: Staff) -> Response:
        """Show the counts."""
        return await self.frame.page(request, staff, "overview.html", here="overview")

    async def take(self, request: Request, staff: Staff) -> Response:
        """Hand over what is shown, as a file."""
        await self.door.wrote(staff, "figures_taken")
        return await self.show(request, staff)
