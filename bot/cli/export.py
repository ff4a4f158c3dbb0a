"""`attune export`: the collected responses as a folder of CSV files."""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

PATIENCE_S = 1.0  # a progress bar appears where it takes longer


class Include(StrEnum):
    """What is left out unless it is named."""

    SIMULATED = "simulated"


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(export)


def export(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="The folder to write; attune-export-N if left out, N being the last turn."
        ),
    ] = None,
    questionnaire: Annotated[
        str | None, typer.Option("--questionnaire", help="Only this one's interviews, by its id.")
    ] = None,
    as_of: Annotated[
        int | None, typer.Option("--as-of", min=0, help="As the interviews stood after this turn.")
    ] = None,
    include: Annotated[
        list[Include] | None, typer.Option("--include", help="What is left out otherwise.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifests for a program.")] = False,
) -> None:
    """Write the responses of people who allowed research: five CSV files, a codebook among them.

    Example: attune export --out responses --questionnaire health-mindset
    """
    named = frozenset(each.value for each in include or ())
    folder, manifests = asyncio.run(_export(out, questionnaire, as_of, named))
    if as_json:
        typer.echo(json.dumps(manifests, ensure_ascii=False, indent=2))
        return
    for said in manifests:
        typer.echo(_told(said))
    typer.echo(f"Written to {folder}. Begin with its README.md.")


async def _export(
    out: Path | None, questionnaire: str | None, as_of: int | None, include: frozenset[str]
) -> tuple[Path, Sequence[Mapping[str, Any]]]:
    from bot.cli.roof import open_desk  # noqa: PLC0415 - `attune --help` stays quick
    from bot.research.bundle import export as write  # noqa: PLC0415 - the same
    from bot.research.survey import Filters  # noqa: PLC0415 - the same
    from bot.settings import Settings  # noqa: PLC0415 - the same

    async with open_desk(Settings.read()) as desk, desk.store.snapshot() as snapshot:
        library = desk.library
        filters = Filters(snapshot.as_of if as_of is None else as_of, include)
        folder = out or Path(f"attune-export-{filters.as_of}")
        with _bar() as progress:
            manifests = await write(
                snapshot,
                folder,
                filters,
                lambda edition: library.content(edition, library.default_organisation),
                questionnaire=questionnaire,
                current={edition.questionnaire.id: edition for edition in library.editions()},
                progress=progress,
            )
    return folder, manifests


def _told(said: Mapping[str, Any]) -> str:
    left_out = sum(said["excluded"].values())
    return (
        f"{said['questionnaire']}: {said['counts']['responses']} interviews, {left_out} left out, "
        f"as of turn {said['as_of']}."
    )


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """Give something to tell the progress to; it becomes a bar where somebody has to wait for it."""
    if not sys.stderr.isatty():
        yield lambda _done, _of: None
        return
    from rich.console import Console  # noqa: PLC0415 - a pipe needs no bar
    from rich.progress import Progress  # noqa: PLC0415 - the same

    began = time.monotonic()
    with Progress(console=Console(stderr=True), transient=True, disable=False) as bar:
        task = bar.add_task("Writing", visible=False)

        def progress(done: int, of: int) -> None:
            waited = time.monotonic() - began > PATIENCE_S
            bar.update(task, completed=done, total=of, visible=waited)

        yield progress
