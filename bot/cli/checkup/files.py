"""The files that authors write, and what they promise."""

from collections.abc import Iterator
from datetime import date

from bot.cli.checkup.line import Check, fail, ok, warn
from bot.cli.content import read_content
from bot.cli.promises import broken_promises
from bot.errors import AttuneError
from bot.settings import Settings


def content(settings: Settings, today: date) -> Iterator[Check]:
    """Look at questionnaires and organisations."""
    try:
        read = read_content((settings.questionnaires_folder, settings.organisations_folder))
        problems = read.problems(today)
    except AttuneError as error:
        yield fail("content", error.message, error.remedy)
        return
    if not problems:
        yield ok("content", "Questionnaires and organisations are in order.")
        return
    said = f"{len(problems)} problems in questionnaires and organisations, the first: {problems[0].headline}."
    told = warn if read.can_begin(problems) else fail
    yield told("content", said, "Run: attune check")


def promised(settings: Settings) -> Iterator[Check]:
    """Look at what consent texts promise."""
    try:
        broken = broken_promises(settings)
    except AttuneError:
        return  # told under `content`
    if broken:
        yield warn("promises", broken[0], "Make text and setting agree: people were told the text.")
    else:
        yield ok(
            "promises", f"What consent texts say of days agrees with ADDRESS_DAYS={settings.address_days}."
        )
