"""A poster of one page to print: brand, QR code, three plain sentences. The file needs nothing beside it."""

from bot.conversation.content import Content
from bot.invites import qr
from bot.web.pages import Pages, opening


def poster(
    pages: Pages, content: Content, language: str, address: str, code: str, logo: str | None = None
) -> str:
    """Return the poster of an invite as HTML; `logo` is an address that holds the picture itself."""
    there = f"{address}/i/{code}"
    shown = there.removeprefix("https://").removeprefix("http://")
    values = opening(content, language, code)
    return pages.render(
        "poster.html", content, language, qr=qr.svg(there), address=shown, logo=logo, **values
    )
