"""The poster as a page: its style stands inside it, so the page's policy names that style by its hash."""

import base64
import hashlib
import re
from typing import Final

from starlette.responses import HTMLResponse

from bot.conversation.content import Content
from bot.invites.brand import logo_inside
from bot.invites.poster import poster
from bot.web.site import Site

_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_POLICY: Final = (
    "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


def poster_page(site: Site, content: Content, language: str, code: str) -> HTMLResponse:
    """Return the answer with a poster."""
    logo = logo_inside(site.logos, content.organisation)
    body = poster(site.pages, content, language, site.address, code, logo)
    style = _STYLE.search(body)
    digest = hashlib.sha256((style[1] if style else "").encode()).digest()
    policy = _POLICY.format(hash=base64.b64encode(digest).decode())
    return HTMLResponse(body, headers={"Content-Language": language, "Content-Security-Policy": policy})
