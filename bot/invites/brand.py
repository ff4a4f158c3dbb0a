"""An organisation's colours and logo, as files that its pages load."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.organisation.model import Organisation
from bot.web.site import Site

_TYPES: Final = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
_CACHED: Final = {"Cache-Control": "public, max-age=3600"}
_INERT: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
"""A logo is a picture, also for somebody who opens it alone."""


@dataclass(frozen=True)
class Brand:
    """The brands of one site's organisations."""

    site: Site

    def _organisation(self, request: Request) -> Organisation:
        found = self.site.organisation(request.path_params["organisation"])
        if found is None:
            raise HTTPException(404)
        return found

    async def colours(self, request: Request) -> Response:
        """Return the style sheet with an organisation's colours."""
        colours = self._organisation(request).colours
        body = f":root {{ --brand: {colours.background}; --brand-ink: {colours.text}; }}\n"
        return Response(body, media_type="text/css", headers=_CACHED)

    async def logo(self, request: Request) -> Response:
        """Return an organisation's logo."""
        organisation = self._organisation(request)
        name = Path(organisation.logo or "")
        file = self.site.logos / organisation.id / name
        if name.name != str(name) or name.suffix not in _TYPES or not file.is_file():
            raise HTTPException(404)
        return Response(file.read_bytes(), media_type=_TYPES[name.suffix], headers=_CACHED | _INERT)
