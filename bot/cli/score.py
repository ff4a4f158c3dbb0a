"""`attune score`: people who answered elsewhere, scored exactly as the bot would."""

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.waiting import bar

USAGE = 2


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(score)


def score(  # noqa: PLR0917 - Typer calls it by name
    questionnaire: Annotated[str, typer.Argument(help="A questionnaire's folder, or its id.")],
    data: Annotated[
        Path,
        typer.Argument(metavar="DATA.csv", help="One line a person, one column an item; .csv or .csv.gz."),
    ],
    out: Annotated[Path, typer.Option("--out", help="The file to write; .csv or .csv.gz.")],
    form: Annotated[
        str | None, typer.Option("--form", help="The form whose items count; the one asked if left out.")
    ] = None,
    adaptive: Annotated[
        bool, typer.Option("--adaptive", help="Ask adaptively, as the bot would, and count only that.")
    ] = False,
    most: Annotated[int | None, typer.Option("--max", min=1, help="Ask at most so many.")] = None,
    no_stop: Annotated[
        bool, typer.Option("--no-stop", help="Ask on to the maximum, however sure it is.")
    ] = False,
    keep: Annotated[
        str | None, typer.Option("--keep", help="Columns to carry over, as a,b; written as in_a,in_b.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it is there.")] = False,
) -> None:
    """Score people who answered elsewhere: segment, probabilities, scales, and marks of odd responses.

    Example: attune score health-mindset answers.csv --out scores.csv --keep id
    """
    if not adaptive and (most is not None or no_stop):
        typer.echo("--max and --no-stop go with --adaptive.", err=True)
        raise typer.Exit(USAGE)
    from bot.cli.content import questionnaire_folder  # noqa: PLC0415 - `attune --help` stays quick
    from bot.questionnaire.load import load  # noqa: PLC0415 - the same
    from bot.research.score import plan, score_file  # noqa: PLC0415 - the same
    from bot.research.sheet import few  # noqa: PLC0415 - the same

    asked_of = load(questionnaire_folder(questionnaire)).edition.questionnaire
    names = [name.strip() for name in (keep or "").split(",") if name.strip()]
    way = plan(asked_of, form=form, adaptive=adaptive, most=most, stop=not no_stop, keep=names)
    with bar("Scoring") as progress:
        done = score_file(way, data, out, progress, force=force)
    if done.ignored:
        typer.echo(f"Ignored, because they aren't items: {few(done.ignored)}.", err=True)
    if done.absent:
        typer.echo(f"Not asked, because they have no column: {few(done.absent)}.", err=True)
    mean = done.asked / done.people if done.people else 0
    typer.echo(f"{done.people} people, {mean:.2f} questions each on average, written to {out}.")
