"""The first page: whether interviews may begin, and how it goes, in counts that are safe to show."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from bot.dashboard import figures
from bot.dashboard.door import Door, Staff
from bot.dashboard.frame import Frame

_ASKED: Final = ("period", "people")
_LONGEST: Final = 32


@dataclass(frozen=True)
class Overview:
    """The counts of one site's organisations."""

    door: Door
    frame: Frame

    async def show(self, request: Request, staff: Staff) -> Response:
        """Show the counts of a period."""
        overview = await self._counted(request, staff)
        shown = {"period": overview.period} | ({"people": "simulated"} if overview.simulated else {})
        return await self.frame.page(
            request, staff, "overview.html", here="overview", overview=overview, taken=urlencode(shown)
        )

    async def take(self, request: Request, staff: Staff) -> Response:
        """Hand over what is shown, and nothing else, as a file; how much was taken is written down."""
        overview = await self._counted(request, staff)
        sheet = figures.csv_of(overview)
        await self.door.wrote(staff, "figures_taken", f"{overview.period}:{sheet.count(chr(10))}")
        named = f"attune-{staff.organisation}-{overview.period or 'none'}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{named}"'}
        return Response(sheet, media_type="text/csv; charset=utf-8", headers=headers)

    async def _counted(self, request: Request, staff: Staff) -> figures.Overview:
        """Count for the visit's own organisation; what the address asks for is a choice among its periods."""
        asked = {name: request.query_params.get(name, "")[:_LONGEST] for name in _ASKED}
        query = {name: value for name, value in asked.items() if value}
        language = self.frame.language(request, staff.content)
        return await figures.overview(self.door.site, staff.organisation, query, language)
