"""Figures of an organisation's overview: counted, made safe, published once, and told.

`overview` gives what a page shows, `csv_of` the same as a file; nothing else here is needed outside.
"""

from bot.dashboard.figures.overview import overview
from bot.dashboard.figures.sheet import csv_of
from bot.dashboard.figures.told import Overview

__all__ = ["Overview", "csv_of", "overview"]
