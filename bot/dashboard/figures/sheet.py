"""The overview as a CSV file: every number that is shown, and no other."""

import csv
import io
from typing import Final

from bot.dashboard.figures.told import Overview
from bot.web.pages import unmarked

HEADER: Final = ("organisation", "period", "people", "table", "row", "column", "number", "least", "most")
_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_of(overview: Overview) -> str:
    """Return the numbers of an overview, one a line.

    `number` is empty where a number isn't shown; `least` and `most` say between which it lies. A label that a
    spreadsheet would take for a formula begins with an apostrophe.
    """
    file = io.StringIO()
    sheet = csv.writer(file, lineterminator="\n")
    sheet.writerow(HEADER)
    people = "simulated" if overview.simulated else "real"
    for block in overview.blocks:
        for line in block.lines:
            for column, figure in zip(block.columns[1:], line.cells, strict=True):
                if figure.band is not None:
                    band = figure.band
                    exact, most = band.value, "" if band.high is None else band.high
                    number = "" if exact is None else exact
                    labels = [_plain(one) for one in (block.name, line.label, column)]
                    first = (overview.organisation, overview.period, people)
                    sheet.writerow([*first, *labels, number, band.low, most])
    return file.getvalue()


def _plain(text: str) -> str:
    text = unmarked(text)
    return f"'{text}" if text.startswith(_BEGINS_A_FORMULA) else text
