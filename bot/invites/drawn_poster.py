"""The poster as one SVG of an A4 page, for those who print from a drawing program.

SVG breaks no lines by itself, and nobody knows the width of letters without their font: lines are broken
here, early enough for wide ones.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.conversation.content import Content
from bot.conversation.replies import Page, Reply
from bot.conversation.scene import Scene
from bot.invites import qr
from bot.web.pages import Pages, opening

HEIGHT: Final = 297.0  # millimetres, as everything here
WIDTH: Final = 174.0  # between the margins
WIDE: Final = 0.56  # of a letter, as a share of its size
LEADING: Final = 1.3
MARGIN: Final = 14.0
CODE: Final = 82.0
LOGO: Final = 18.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text."""

    text: str
    y: float
    size: float
    weight: int = 400


def drawn_poster(
    pages: Pages, content: Content, language: str, address: str, code: str, logo: str | None = None
) -> str:
    """Return the poster of an invite as SVG; `logo` is an address that holds the picture itself."""
    there = f"{address}/i/{code}"
    name = _set(content.organisation.name, MARGIN + (LOGO if logo else 0), 8.0, 600)
    ground = name[-1].y + MARGIN
    said = _said(content, language, code)
    height = said[-1].y + 6 + CODE + MARGIN
    shift = round(ground + max(MARGIN, (HEIGHT - ground - height) / 2), 1)
    below = shift + said[-1].y + 6
    shown = there.removeprefix("https://").removeprefix("http://")
    return pages.render(
        "poster.svg", content, language,
        name=name, ground=ground, said=said, shift=shift, code=qr.svg(there), code_at=below, code_size=CODE,
        address=_set(shown, below + CODE, 4.6), logo=logo, logo_at=MARGIN, logo_size=LOGO,
    )  # fmt: skip


def _said(content: Content, language: str, code: str) -> list[Line]:
    """Return the question and the three plain sentences, from zero on."""
    scene = Scene(content, None, Reply(Page.WELCOME, language))
    taps = opening(content, language, code)["taps"]
    said = _set(scene.say("web.poster"), 0, 12.0, 700)
    for place, key in enumerate(("web.poster_scan", "web.poster_name", "web.poster_program")):
        said += _set(scene.say(key, taps=taps), said[-1].y + (3 if place else 9), 6.2)
    return said


def _set(text: str, top: float, size: float, weight: int = 400) -> list[Line]:
    """Return a text in lines of about the same length, from a height on."""
    fits = int(WIDTH / (size * WIDE))
    lines = min(_broken(text, fits), key=lambda lines: max(map(len, lines)))
    return [
        Line(line, round(top + place * size * LEADING, 1), size, weight)
        for place, line in enumerate(lines, start=1)
    ]


def _broken(text: str, fits: int) -> Iterator[list[str]]:
    """Yield every way to break a text into as few lines as it needs."""
    fewest = len(textwrap.wrap(text, fits))
    for width in range(fits, 0, -1):
        lines = textwrap.wrap(text, width)
        if len(lines) > fewest:
            return
        yield lines
