"""The snippet for a hospital's own pages: a button that opens the questions, or a frame that shows them."""

import html
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bot.organisation.model import Organisation
from bot.web.site import Site

_JAVASCRIPT = "text/javascript"


@dataclass(frozen=True)
class Embed:
    """The script that draws the snippet, in every language of the house."""

    site: Site

    async def get(self, request: Request) -> Response:
        """Return the script."""
        del request
        book = self.site.desk.library.phrasebook
        words = {language: book.say(language, "web.embed", {}) for language in book.languages}
        tabs = {language: book.say(language, "web.new_tab", {}) for language in book.languages}
        script = self.site.pages.script("embed.js", words=words, tabs=tabs)
        headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "public, max-age=3600"}
        return Response(script, media_type=_JAVASCRIPT, headers=headers)


def snippet(address: str, code: str, organisation: Organisation, label: str, *, frame: bool) -> str:
    """Return what a hospital copies into its page; without scripts the link alone stands there."""
    colours = organisation.colours
    data = f'data-invite="{code}" data-background="{colours.background}" data-text="{colours.text}"'
    framed = " data-frame" if frame else ""
    link = f'<a href="{address}/i/{code}" target="_blank" rel="noopener">{html.escape(label)}</a>'
    return f'<script src="{address}/embed.js" {data}{framed} async></script>\n<noscript>{link}</noscript>\n'
