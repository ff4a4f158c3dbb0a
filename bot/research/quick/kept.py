"""Lines of the wide table that the store keeps with interviews: what writes them, when they serve.

Law: a kept line is what `wide_lines` writes for its edition alone. `VERSION` says by which rules: it is
raised whenever a line would be written otherwise than before. Lines of other versions are as good as none.
"""

from collections.abc import Callable
from typing import Final

from bot.questionnaire.model import Edition
from bot.research.layout import Layout, merge
from bot.research.parts import parts
from bot.research.quick.interview import Finder, Interview
from bot.research.quick.wide import wide_lines
from bot.storage.store import Row
from bot.storage.wide_rows import Wide

VERSION: Final = 1
_AFRESH: Final = 200  # lines, after which what was remembered of answers is let go: a bot runs for months


def writing(edition: Edition) -> Callable[[Row], str]:
    """Return what writes the line of an interview, without its response and person."""
    layout = merge(edition.questionnaire.id, [edition])
    written, find, line = 0, Finder(edition).find, wide_lines(edition, layout)

    def write(row: Row) -> str:
        nonlocal written, find, line
        if written == _AFRESH:
            written, find, line = 0, Finder(edition).find, wide_lines(edition, layout)
        written += 1
        interview = Interview(row)
        find(interview)
        return line(interview).split(",", 2)[2]

    return write


WIDE: Final = Wide(VERSION, writing)


def serve(layout: Layout) -> bool:
    """Tell whether kept lines are those of this layout: each edition has the columns of all."""
    return all(_columns(merge(layout.questionnaire, [one])) == _columns(layout) for one in layout.editions)


def _columns(layout: Layout) -> tuple[object, ...]:
    items = [parts(layout, item) for item in layout.items]
    return items, list(layout.scales), list(layout.segments)
