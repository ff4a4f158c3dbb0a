"""How many came, agreed and finished, as near as what is published says it."""

from typing import Final

from bot.dashboard.figures.bands import ANY, Band
from bot.dashboard.figures.counting import FINISHED, LEFT, OUTCOMES, UNFINISHED, N
from bot.dashboard.figures.network import ALL
from bot.dashboard.figures.shown import Shown
from bot.dashboard.figures.told import tightened, total, within

STEPS: Final = ("came", "agreed", FINISHED)


def steps_in(table: Shown, row: str | None = None) -> dict[str, Band]:
    """Return how many came, agreed and finished, in a row or altogether; as near as it is known."""
    single = table.columns == (N,)
    found = {name: table.at(name, N) if single else table.at(row or ALL, name) for name in OUTCOMES}
    parts = {name: band or ANY for name, band in found.items()}
    whole = table.at(ALL if single or row is None else row, ALL) or ANY
    parts = tightened(parts, whole)
    agreed = total([parts[UNFINISHED], parts[FINISHED]])
    if whole.exact:
        agreed = within(agreed, whole.low, [parts[LEFT]])
    return dict(zip(STEPS, (whole, agreed, parts[FINISHED]), strict=True))
