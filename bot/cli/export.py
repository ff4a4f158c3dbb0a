"""`attune export`: the collected responses as a folder or a zip file, in the formats that are asked for."""

import asyncio
import getpass
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.waiting import bar

if TYPE_CHECKING:  # `attune --help` stays quick
    from bot.conversation.library import Library
    from bot.privacy import Keys
    from bot.questionnaire.model import Edition
    from bot.storage.store import Store


class Include(StrEnum):
    """What is left out unless it is named."""

    SIMULATED = "simulated"


class ProfileName(StrEnum):
    """For whom the export is."""

    RESEARCH = "research"
    SAFE_HARBOR = "safe-harbor"
    OWN_DATA = "own-data"


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed."""

    out: Path | None
    zipped: bool
    formats: tuple[str, ...]
    tables: tuple[str, ...]
    profile: str
    response: str | None
    questionnaire: str | None
    as_of: int | None
    include: frozenset[str]
    verify: bool
    own_words: bool


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(export)


def export(  # noqa: PLR0917 - Typer gives them by name
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="The folder to write; attune-export-N if left out, N being the last turn."
        ),
    ] = None,
    formats: Annotated[
        str,
        typer.Option(
            "--formats",
            help="Joined by commas: csv, sav, dta, parquet, xlsx, ddi, fhir, loaders, or all.",
        ),
    ] = "csv",
    zipped: Annotated[bool, typer.Option("--zip", help="Write one zip file instead of a folder.")] = False,
    profile: Annotated[
        ProfileName, typer.Option("--profile", help="For whom it is; own-data needs --response.")
    ] = ProfileName.RESEARCH,
    response: Annotated[
        str | None, typer.Option("--response", help="One of the responses of the person whose data it is.")
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
    tables: Annotated[
        str,
        typer.Option(
            "--tables", help="Joined by commas: wide, long, events, scores. The wide one is always in."
        ),
    ] = "wide,long,events,scores",
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Fold every interview from its events first, and compare. Slow."),
    ] = False,
    own_words: Annotated[
        bool,
        typer.Option(
            "--with-own-words",
            help="Also what people wrote in own words, where the questionnaire's file says `exported`.",
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the manifests for a program.")] = False,
) -> None:
    """Write the responses of people who allowed research: CSV files with a codebook, and other formats.

    Example: attune export --out responses --formats csv,sav,fhir --questionnaire health-mindset
    """
    named = frozenset(each.value for each in include or ())
    asked = Asked(
        out,
        zipped,
        _chosen(formats, FORMAT_NAMES, "--formats"),
        _chosen(tables, TABLE_NAMES, "--tables"),
        profile.value,
        response,
        questionnaire,
        as_of,
        named,
        verify,
        own_words or profile is ProfileName.OWN_DATA,
    )
    written, manifests = asyncio.run(_export(asked))
    if as_json:
        typer.echo(json.dumps(manifests, ensure_ascii=False, indent=2))
        return
    _tell(asked, written, manifests)


FORMAT_NAMES = ("csv", "sav", "dta", "parquet", "xlsx", "ddi", "fhir", "loaders")
TABLE_NAMES = ("wide", "long", "events", "scores")


def _chosen(text: str, known: tuple[str, ...], option: str) -> tuple[str, ...]:
    """Return what was named, in the order that we have it."""
    named = {part.strip() for part in text.split(",") if part.strip()}
    if "all" in named:
        return known
    odd = sorted(named.difference(known))
    if odd:
        raise typer.BadParameter(f"{', '.join(odd)}: there is {', '.join(known)}.", param_hint=option)
    return tuple(name for name in known if name in named)


def _tell(asked: Asked, written: Path, manifests: Sequence[Mapping[str, Any]]) -> None:
    for said in manifests:
        typer.echo(_told(said))
        for line in _withheld(said["disclosure"]):
            typer.echo(f"  {line}")
    if asked.profile == ProfileName.SAFE_HARBOR.value:
        from bot.research.safe_harbor import HANDLED, NOT_CERTIFIED  # noqa: PLC0415 - only here

        for identifier, handled in HANDLED:
            typer.echo(f"{identifier}: {handled}.")
        typer.echo(NOT_CERTIFIED)
    typer.echo(f"Written to {written}. Begin with its README.md.")


def _withheld(done: Mapping[str, Any]) -> Iterator[str]:
    if done["own_words"] is not None:
        number = sum(done["own_words"].values())
        if number:
            yield f"OWN WORDS: {number} answers, as they were typed. They may name people: read README.md."
        else:
            yield "No own words: nobody here wrote any, or no file lets them go (`exported: true`)."
    if done["withheld_campaigns"]:
        yield f"{done['withheld_campaigns']} campaigns withheld."
    if done["quasi_identifiers"]:
        yield (
            f"Quasi-identifiers: {', '.join(done['quasi_identifiers'])}; k = {done['k_reached']}, answers "
            f"withheld in {done['withheld_responses']} interviews."
        )


async def _export(asked: Asked) -> tuple[Path, Sequence[Mapping[str, Any]]]:
    from bot.cli.clock import now  # noqa: PLC0415 - `attune --help` stays quick
    from bot.cli.roof import open_kept, open_keys, read_library  # noqa: PLC0415 - the same
    from bot.research.record import record  # noqa: PLC0415 - the same
    from bot.settings import Settings  # noqa: PLC0415 - the same

    settings = Settings.read()
    keys = open_keys(settings)
    store = await open_kept(settings, keys)
    try:
        # What was collected is in the store; today's questionnaires are rarely needed, and slow to read.
        library = cache(lambda: read_library(settings))
        out, manifests = await _written(asked, store, library, keys if asked.own_words else None)
        for said in manifests:
            await record(store, said, getpass.getuser(), now())
    finally:
        await store.close()
    return out, manifests


async def _written(
    asked: Asked, store: "Store", library: "Callable[[], Library]", words: "Keys | None"
) -> tuple[Path, Sequence[Mapping[str, Any]]]:
    from bot.research.bundle import Wanted, export  # noqa: PLC0415 - `attune --help` stays quick
    from bot.research.disclosure import Profile  # noqa: PLC0415 - the same
    from bot.research.survey import Filters  # noqa: PLC0415 - the same
    from bot.research.zipped import zipped  # noqa: PLC0415 - the same

    wanted = Wanted(asked.formats, asked.tables, Profile(asked.profile), asked.response, asked.verify, words)
    async with store.snapshot() as snapshot:
        filters = Filters(snapshot.as_of if asked.as_of is None else asked.as_of, asked.include)
        out = asked.out or Path(f"attune-export-{filters.as_of}{'.zip' if asked.zipped else ''}")
        with bar("Writing") as progress, zipped(out) if asked.zipped else nullcontext(out) as folder:
            manifests = await export(
                snapshot,
                folder,
                filters,
                lambda edition: library().content(edition, library().default_organisation),
                questionnaire=asked.questionnaire,
                current=lambda name: _today(library(), name),
                wanted=wanted,
                progress=progress,
            )
    return out, manifests


def _today(library: "Library", questionnaire: str) -> "Edition | None":
    loaded = library.questionnaires.get(questionnaire)
    return loaded.edition if loaded else None


def _told(said: Mapping[str, Any]) -> str:
    left_out = sum(said["excluded"].values())
    return (
        f"{said['questionnaire']}: {said['counts']['responses']} interviews, {left_out} left out, "
        f"as of turn {said['as_of']}."
    )
