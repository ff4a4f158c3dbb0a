"""Lines of several sources as one row of lines, in order.

Law: of each source only a page is held. Lines begin with their response id: their order is that of the ids.
"""

from bisect import bisect_right
from collections.abc import AsyncIterator, Sequence
from itertools import chain


class _Source:
    """Lines in order, by the page."""

    def __init__(self, pages: AsyncIterator[Sequence[str]]) -> None:
        self._pages = pages
        self._page: Sequence[str] = ()

    async def fill(self) -> bool:
        """Have a page, or tell that there is none left; an empty one is passed over."""
        while not self._page:
            page = await anext(self._pages, None)
            if page is None:
                return False
            self._page = page
        return True

    @property
    def last(self) -> str:
        """The last line of the page."""
        return self._page[-1]

    def until(self, line: str) -> Sequence[str]:
        """Take the lines up to one, that one included."""
        cut = bisect_right(self._page, line)
        taken, self._page = self._page[:cut], self._page[cut:]
        return taken


async def merged(*pages: AsyncIterator[Sequence[str]]) -> AsyncIterator[list[str]]:
    """Yield the lines of all sources in order, some at a time."""
    sources = [_Source(one) for one in pages]
    while some := [one for one in sources if await one.fill()]:
        line = min(one.last for one in some)
        yield sorted(chain.from_iterable([one.until(line) for one in some]))
