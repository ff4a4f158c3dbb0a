"""The report as one page that needs nothing else: no script, no request, light and dark."""

from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from bot import __version__
from bot.research.report.rules import STATED
from bot.research.report.table import Report, Show
from bot.research.report.told import said


def page(report: Report) -> str:
    """Return the page."""
    return _template().render(
        report=report,
        said=said,
        text=Show.TEXT,
        svg=Markup,  # our own drawings; their words were escaped when they were drawn
        rules=STATED,
        version=__version__,
    )


@cache
def _template() -> Template:
    folder = resources.files("bot.research.report") / "templates"
    rules = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return rules.from_string((folder / "report.html.j2").read_text("utf-8"))
