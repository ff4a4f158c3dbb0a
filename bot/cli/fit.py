"""`attune fit` and `attune simulate`: a segment model from data, and what to expect before there are any."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.waiting import bar, research_extra
from bot.errors import OperatorError

USAGE = 2


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(fit)
    app.command()(simulate)


def fit(
    questionnaire: Annotated[str, typer.Argument(help="A questionnaire's folder, or its id.")],
    data: Annotated[Path, typer.Argument(metavar="DATA.csv", help="One line a person, one column an item.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="The folder to write; nothing is overwritten.")],
    segment_column: Annotated[
        str | None, typer.Option("--segment-column", help="The column with the long form's verdict.")
    ] = None,
    segments: Annotated[
        int | None, typer.Option("--segments", min=2, help="Find so many segments by clustering instead.")
    ] = None,
    age_column: Annotated[
        str | None, typer.Option("--age-column", help="Ages in years; `age` if there is such a column.")
    ] = None,
    language_column: Annotated[
        str | None, typer.Option("--language-column", help="In which language each person answered.")
    ] = None,
    retest: Annotated[
        Path | None,
        typer.Option(
            "--retest", help="People who answered twice: an export's wide table, or two lines each."
        ),
    ] = None,
    person_column: Annotated[
        str | None, typer.Option("--person-column", help="Who they are there; `person_id` if left out.")
    ] = None,
    mean_asked: Annotated[
        float, typer.Option("--mean-asked", min=1, help="How many questions to ask on average.")
    ] = 7.8,
    least: Annotated[int, typer.Option("--min", min=1, help="Ask at least so many.")] = 4,
    most: Annotated[int, typer.Option("--max", min=1, help="Ask at most so many.")] = 16,
    as_json: Annotated[bool, typer.Option("--json", help="Print the main figures for a program.")] = False,
) -> None:
    """Fit the segment model to people who answered the long form, and say what it is worth.

    Example: attune fit health-mindset answers.csv --segment-column segment --out fitted
    """
    from bot.cli.clock import now  # noqa: PLC0415 - `attune --help` stays quick
    from bot.cli.content import questionnaire_folder  # noqa: PLC0415 - the same
    from bot.cli.rehearsing import broken  # noqa: PLC0415 - the same

    if (segment_column is None) == (segments is None):
        _usage("Say either --segment-column NAME or --segments K.")
    if not least <= mean_asked <= most:
        _usage("--mean-asked must lie between --min and --max.")
    folder = questionnaire_folder(questionnaire)
    with research_extra():
        from bot.questionnaire.load import load  # noqa: PLC0415 - `attune --help` stays quick
        from bot.research.fit.bank import bank  # noqa: PLC0415 - needs the extra
        from bot.research.fit.fitting import Plan  # noqa: PLC0415 - the same
        from bot.research.fit.fitting import fit as fitted  # noqa: PLC0415 - the same
        from bot.research.fit.people import Columns, read_people  # noqa: PLC0415 - the same
        from bot.research.fit.pictures import pictures  # noqa: PLC0415 - the same
        from bot.research.fit.retest import read_twice  # noqa: PLC0415 - the same
        from bot.research.fit.told import as_json as in_json  # noqa: PLC0415 - the same
        from bot.research.fit.told import report  # noqa: PLC0415 - the same
        from bot.research.fit.writing import write  # noqa: PLC0415 - the same
        from bot.research.folder import refuse_what_is_there  # noqa: PLC0415 - the same

        refuse_what_is_there(out)
        items = bank(load(folder).edition.questionnaire)
        people = read_people(data, items, Columns(segment_column, age_column, language_column))
        if people.ignored:
            typer.echo(f"Ignored, because they are no items: {', '.join(people.ignored)}", err=True)
        twice = read_twice(retest, items, person_column) if retest else None
        plan = Plan(clusters=segments, wanted=mean_asked, least=least, most=most)
        with bar("Fitting") as progress:
            found = fitted(items, people, plan, progress, twice)
        left = write(found, folder, out, now().date(), pictures(found), broken)
    for journey, what in left.items():
        typer.echo(f"Journey left behind, for it doesn't hold any more: {journey}, {what}", err=True)
    if as_json:
        typer.echo(json.dumps(in_json(found), ensure_ascii=False, indent=1))
        return
    typer.echo(report(found))
    typer.echo(f"Written to {out}, with this report, its figures and pictures in {out / 'evidence'}.")
    typer.echo("To ask adaptively, write `asked: [adaptive]` into its questionnaire.yaml.")


def simulate(
    questionnaire: Annotated[str, typer.Argument(help="A questionnaire's folder, or its id.")],
    data: Annotated[
        Path | None, typer.Option("--data", help="Resample these people's complete answers as well.")
    ] = None,
    people: Annotated[
        int, typer.Option("--people", min=100, max=20_000, help="How many to make up.")
    ] = 1_000,
    out: Annotated[Path, typer.Option("--out", help="The picture to write.")] = Path("simulation.svg"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures for a program.")] = False,
) -> None:
    """Try a segment model on made-up people: how long, how sure, what careless answers do to it.

    Example: attune simulate health-mindset --people 2000 --out health.svg
    """
    from bot.cli.content import questionnaire_folder  # noqa: PLC0415 - `attune --help` stays quick
    from bot.questionnaire.load import load  # noqa: PLC0415 - the same

    folder = questionnaire_folder(questionnaire)
    if out.exists():
        raise OperatorError(f"{out} is there already.", remedy="Name another file with --out.")
    with research_extra():
        from bot.research.simulate import picture, report, trials  # noqa: PLC0415 - needs the extra

        with bar("Simulating") as progress:
            found = trials(load(folder).edition.questionnaire, data, people, progress)
        drawn = picture(found)
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(drawn)
    except OSError as error:
        raise OperatorError(f"{out} can't be written: {error.strerror}.") from None
    typer.echo(json.dumps([one.as_json() for one in found.trials], indent=1) if as_json else report(found))
    if not as_json:
        typer.echo(f"Drawn in {out}.")


def _usage(message: str) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(USAGE)
