"""`attune report`: what the collected answers say, as one page and a file of numbers."""

import asyncio
import getpass
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.waiting import bar, research_extra
from bot.errors import OperatorError

if TYPE_CHECKING:  # `attune --help` stays quick
    from bot.questionnaire.model import Edition
    from bot.research.report.collecting import Collected
    from bot.research.report.table import Report
    from bot.research.writing import Progress
    from bot.settings import Settings

DEFAULT = Path("attune-report.html")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed."""

    questionnaire: str | None
    data: Path | None
    segment_column: str | None
    demographics: tuple[str, ...] | None
    outcomes: tuple[str, ...] | None


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(report)


def report(
    *,
    out: Annotated[
        Path, typer.Option("--out", help="The page to write; its numbers go beside it as .csv.")
    ] = DEFAULT,
    questionnaire: Annotated[
        str | None, typer.Option("--questionnaire", help="Its id, or its folder; the usual one if left out.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", help="An export (folder or .zip), or answers collected elsewhere (.csv, .csv.gz)."
        ),
    ] = None,
    segment_column: Annotated[
        str | None,
        typer.Option("--segment-column", help="In --data: the column that says everybody's segment."),
    ] = None,
    demographics: Annotated[
        str | None, typer.Option("--demographics", help="In --data: columns, joined by commas.")
    ] = None,
    outcomes: Annotated[
        str | None, typer.Option("--outcomes", help="In --data: columns, maybe cut, as in health>=4,ER>=2.")
    ] = None,
    plan: Annotated[
        int | None,
        typer.Option("--plan", min=1, help="Before there are data: what so many people could show."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers for a program.")] = False,
) -> None:
    """Report on the collected answers: who answered, items, scales, segments, and the claims made of them.

    Example: attune report --questionnaire health-mindset --out report.html
    """
    asked = Asked(questionnaire, data, segment_column, _names(demographics), _names(outcomes))
    with research_extra():
        made = _planned(asked, plan) if plan is not None else _reported(asked)
        from bot.research.report.told import as_json as in_json  # noqa: PLC0415 - needs the extra
        from bot.research.report.told import as_text  # noqa: PLC0415 - the same

        if plan is None or out != DEFAULT:
            _write(out, made)
    if as_json:
        typer.echo(json.dumps(in_json(made), ensure_ascii=False, indent=1))
    elif plan is not None:
        typer.echo(as_text(made), nl=False)
    else:
        for found in made.findings:
            typer.echo(found)
        typer.echo(f"Written to {out}, with its numbers in {out.with_suffix('.csv')}.")


def _names(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(part.strip() for part in text.split(",") if part.strip())


def _planned(asked: Asked, people: int) -> "Report":
    from bot.research.report.planning import planned  # noqa: PLC0415 - needs the extra
    from bot.settings import Settings  # noqa: PLC0415 - `attune --help` stays quick

    return planned(_edition(Settings.read(), asked.questionnaire).questionnaire, people)


def _reported(asked: Asked) -> "Report":
    from bot.research.report.making import Wanted  # noqa: PLC0415 - needs the extra
    from bot.research.report.making import report as made  # noqa: PLC0415 - the same
    from bot.settings import Settings  # noqa: PLC0415 - `attune --help` stays quick

    settings = Settings.read()
    with bar("Reading") as progress:
        found = (
            _from_file(settings, asked, asked.data) if asked.data else _from_store(settings, asked, progress)
        )
    wanted = Wanted(asked.demographics, asked.outcomes)
    with bar("Computing") as progress:
        return made(found.people, found.second, wanted, progress)


def _from_file(settings: "Settings", asked: Asked, data: Path) -> "Collected":
    from bot.research.report.collecting import from_file  # noqa: PLC0415 - needs the extra

    if not data.exists():
        raise OperatorError(f"There is no {data}.", remedy="Name an export or a file of answers with --data.")
    edition = _edition(settings, asked.questionnaire)
    return from_file(data, edition, lambda name: _edition(settings, name), asked.segment_column)


def _from_store(settings: "Settings", asked: Asked, progress: "Progress") -> "Collected":
    if asked.segment_column or asked.demographics or asked.outcomes:
        raise OperatorError(
            "Columns can be named only for answers collected elsewhere.",
            remedy="Name their file with --data.",
        )
    return asyncio.run(_snapshot(settings, asked.questionnaire or settings.default_questionnaire, progress))


async def _snapshot(settings: "Settings", questionnaire: str, progress: "Progress") -> "Collected":
    from bot.cli.clock import now  # noqa: PLC0415 - `attune --help` stays quick
    from bot.cli.roof import open_kept, open_keys, read_library  # noqa: PLC0415 - the same
    from bot.research.record import record  # noqa: PLC0415 - the same
    from bot.research.report.collecting import from_store  # noqa: PLC0415 - the same
    from bot.research.survey import Filters  # noqa: PLC0415 - the same

    store = await open_kept(settings, open_keys(settings))
    try:
        async with store.snapshot() as snapshot:
            library = read_library(settings)
            found = await from_store(
                snapshot,
                Filters(snapshot.as_of),
                lambda edition: library.content(edition, library.default_organisation),
                questionnaire,
                progress,
            )
        for said in found.manifests:
            await record(store, {**said, "profile": "report"}, getpass.getuser(), now())
    finally:
        await store.close()
    return found


def _edition(settings: "Settings", named: str | None) -> "Edition":
    """Return today's edition of a questionnaire that is named by its folder or its id."""
    from bot.cli.content import questionnaire_folder  # noqa: PLC0415 - `attune --help` stays quick
    from bot.questionnaire.load import load  # noqa: PLC0415 - the same

    return load(questionnaire_folder(named or settings.default_questionnaire)).edition


def _write(out: Path, made: "Report") -> None:
    """Write the page and its numbers; each takes its name when it is whole."""
    from bot.research.report.page import page  # noqa: PLC0415 - needs the extra
    from bot.research.report.told import as_csv  # noqa: PLC0415 - the same

    texts = {out: page(made), out.with_suffix(".csv"): as_csv(made)}
    for path in texts:
        if path.exists():
            raise OperatorError(f"{path} is there already.", remedy="Name another file with --out.")
    try:
        for path, text in texts.items():
            draft = path.with_name(f".{path.name}.part")
            draft.write_text(text, "utf-8", newline="\n")
            draft.replace(path)
    except OSError as error:
        raise OperatorError(
            f"{out} can't be written: {error.strerror}.", remedy="Name another file with --out."
        ) from None
