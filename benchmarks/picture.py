"""The comparison as a picture: updates a second for each bot and crowd, on a logarithmic scale."""

import html
import math
import statistics
from collections.abc import Sequence
from typing import Final

from benchmarks.bots import BOTS, OURS
from benchmarks.trials import Speed

WIDTH: Final = 860
LEFT: Final = 330
BAR: Final = 20
GAP: Final = 26
COLOURS: Final = {True: "#0b6e4f", False: "#9aa5b1"}


def drawn(speeds: Sequence[Speed]) -> str:
    """Return an SVG."""
    most = max(one.updates_per_s for one in speeds)
    body: list[str] = []
    y = 40
    for people, delay in sorted({(one.people, one.delay_ms) for one in speeds}, key=lambda it: it[::-1]):
        crowd = [one for one in speeds if (one.people, one.delay_ms) == (people, delay)]
        line = f", each call {delay:g} ms" if delay else ""
        body.append(f'<text x="16" y="{y}" font-weight="bold">{people:,} at once{line}</text>')
        y += 12
        for name, bot in BOTS.items():
            values = [one.updates_per_s for one in crowd if one.bot == name]
            if values:
                body.append(_bar(bot.title, values, most, y, ours=name == OURS))
                y += GAP
        y += 30
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" font-family="sans-serif"'
        f' font-size="13" role="img"><title>Updates a second on one core</title>'
        f'<rect width="{WIDTH}" height="{y}" fill="white"/>{"".join(body)}</svg>\n'
    )


def _bar(title: str, values: Sequence[float], most: float, y: int, *, ours: bool) -> str:
    middle = statistics.median(values)
    full = WIDTH - LEFT - 90
    width = full * math.log10(1 + middle) / math.log10(1 + most)
    return (
        f'<text x="{LEFT - 8}" y="{y + 15}" text-anchor="end">{html.escape(title)}</text>'
        f'<rect x="{LEFT}" y="{y}" width="{width:.0f}" height="{BAR}" rx="3" fill="{COLOURS[ours]}"/>'
        f'<text x="{LEFT + width + 6:.0f}" y="{y + 15}">{middle:,.0f}/s</text>'
    )
