"""An organisation's colours and logo, as files that its pages load."""

import base64
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


def logo_of(folder: Path, organisation: Organisation) -> tuple[str, bytes] | None:
    """Return the type and the bytes of an organisation's logo, from the folder of organisations."""
    name = Path(organisation.logo or "")
    file = folder / organisation.id / name
    if name.name != str(name) or name.suffix not in _TYPES or not file.is_file():
        return None
    return _TYPES[name.suffix], file.read_bytes()


def logo_inside(folder: Path, organisation: Organisation) -> str | None:
    """Return the logo as an address that holds the whole picture, for files that need nothing beside them."""
    found = logo_of(folder, organisation)
    return f"data:{found[0]};base64,{base64.b64encode(found[1]).decode()}" if found else None


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
        found = logo_of(self.site.logos, self._organisation(request))
        if found is None:
            raise HTTPException(404)
        return Response(found[1], media_type=found[0], headers=_CACHED | _INERT)
