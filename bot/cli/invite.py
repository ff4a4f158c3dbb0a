"""The hospital's commands: `attune invite …`, `attune pause` and `attune resume`."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.clock import now

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.storage.invites import Invite
    from bot.turns import Desk

USAGE = 2
Code = Annotated[str, typer.Argument(metavar="CODE", help="The invite's code.")]
Out = Annotated[Path, typer.Option("--out", help="The file to write.")]
Organisation = Annotated[str, typer.Argument(metavar="ORGANISATION", help="Its id: the name of its folder.")]


class Picture(StrEnum):
    """What a QR code is written as."""

    SVG = "svg"
    PNG = "png"


class Print(StrEnum):
    """What a poster is written as."""

    HTML = "html"
    SVG = "svg"


invites = typer.Typer(no_args_is_help=True, help="Invite links: make, list, close, print and embed them.")


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(invites, name="invite")
    app.command()(pause)
    app.command()(resume)


@invites.command()
def new(
    *,
    organisation: Annotated[str, typer.Option("--organisation", help="Who asks: the id of its folder.")],
    campaign: Annotated[str, typer.Option("--campaign", help="What the link is for, such as autumn-2026.")],
    questionnaire: Annotated[
        str | None, typer.Option("--questionnaire", help="DEFAULT_QUESTIONNAIRE if left out.")
    ] = None,
    source: Annotated[str, typer.Option("--source", help="Where it is spread, such as facebook.")] = "",
    language: Annotated[str | None, typer.Option("--language", help="Begin in this language.")] = None,
    expires: Annotated[
        datetime | None,
        typer.Option("--expires", formats=["%Y-%m-%d"], help="The last day, UTC: 2026-12-31."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", help="At most so many interviews; 11 or more.")
    ] = None,
    shared_screen: Annotated[
        bool, typer.Option("--shared-screen", help="For a tablet that many people use: nothing stays on it.")
    ] = False,
) -> None:
    """Make an invite and print its link.

    Example: attune invite new --organisation example-hospital --campaign autumn-2026 --source facebook
    """
    from bot.storage.invites import Invite, new_code  # noqa: PLC0415 - `attune --help` stays quick

    _check_words(campaign, source, limit)

    async def made() -> None:
        async with _desk() as (desk, settings):
            wanted = questionnaire or desk.library.default_questionnaire
            _check_names(desk, organisation, wanted, language)
            until = None if expires is None else expires.replace(tzinfo=now().tzinfo) + timedelta(days=1)
            invite = Invite(
                new_code(),
                organisation,
                wanted,
                campaign,
                now(),
                source,
                language,
                shared_screen,
                until,
                limit,
            )
            await desk.store.keep_invite(invite)
            typer.echo(f"{_address(settings)}/i/{invite.code}")

    asyncio.run(made())


@invites.command("list")
def list_invites(
    organisation: Annotated[str | None, typer.Option("--organisation", help="Only of this one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List invites, with how many interviews began with each.

    Example: attune invite list --organisation example-hospital
    """

    async def listed() -> None:
        async with _desk() as (desk, settings):
            found = await desk.store.invites(organisation)
            if as_json:
                typer.echo(json.dumps([_row(one, settings) for one in found], indent=2))
                return
            for one in found:
                typer.echo(f"{one.code}  {_state(one):8} {one.begun:>6}  {one.organisation}  {_named(one)}")

    asyncio.run(listed())


@invites.command()
def show(code: Code, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show one invite.

    Example: attune invite show Xk3…
    """

    async def shown() -> None:
        async with _desk() as (desk, settings):
            row = _row(await _found(desk, code), settings)
            if as_json:
                typer.echo(json.dumps(row, indent=2))
                return
            for name, value in row.items():
                typer.echo(f"{name:14} {'-' if value in {None, ''} else value}")

    asyncio.run(shown())


@invites.command()
def close(code: Code) -> None:
    """Close an invite for good; interviews under way go on.

    Example: attune invite close Xk3…
    """

    async def closed() -> None:
        async with _desk() as (desk, _):
            await _found(desk, code)
            await desk.store.close_invite(code, now())
            typer.echo("Closed. Whoever opens the link is welcomed without it.")

    asyncio.run(closed())


@invites.command()
def qr(
    code: Code,
    out: Out,
    kind: Annotated[Picture | None, typer.Option("--format", help="By the file's name if left out.")] = None,
) -> None:
    """Write an invite's link as a QR code.

    Example: attune invite qr Xk3… --out autumn.png
    """
    from bot.invites.qr import png_file, svg_file  # noqa: PLC0415 - `attune --help` stays quick

    picture = kind or Picture.PNG if out.suffix.lower() == ".png" else kind or Picture.SVG

    async def drawn() -> None:
        async with _desk() as (desk, settings):
            invite = await _found(desk, code)
            draw = png_file if picture is Picture.PNG else svg_file
            out.write_bytes(draw(f"{_address(settings)}/i/{invite.code}"))
            typer.echo(f"Wrote {out}.")

    asyncio.run(drawn())


@invites.command()
def embed(
    code: Code, frame: Annotated[bool, typer.Option("--frame", help="A frame instead of a button.")] = False
) -> None:
    """Print the snippet for a page of the hospital's own.

    Example: attune invite embed Xk3… --frame
    """
    from bot.invites.embed import snippet  # noqa: PLC0415 - `attune --help` stays quick

    async def printed() -> None:
        async with _desk() as (desk, settings):
            invite = await _found(desk, code)
            organisation = desk.library.organisations[invite.organisation]
            language = invite.language or organisation.languages[0]
            label = desk.library.phrasebook.say(language, "web.embed", {})
            typer.echo(snippet(_address(settings), code, organisation, label, frame=frame), nl=False)
            if frame and not organisation.may_embed:
                typer.echo("Note: no site may show it yet; name yours under `may_embed`.", err=True)

    asyncio.run(printed())


@invites.command()
def poster(
    code: Code,
    out: Out,
    language: Annotated[str | None, typer.Option("--language", help="The invite's own if left out.")] = None,
    kind: Annotated[Print | None, typer.Option("--format", help="By the file's name if left out.")] = None,
) -> None:
    """Write a poster of one page: HTML to print from a browser, or one SVG of the size A4.

    Example: attune invite poster Xk3… --out autumn.svg
    """
    from bot.invites.brand import logo_inside  # noqa: PLC0415 - `attune --help` stays quick
    from bot.invites.drawn_poster import drawn_poster  # noqa: PLC0415 - the same
    from bot.invites.poster import poster as made_poster  # noqa: PLC0415 - the same
    from bot.web.pages import Pages  # noqa: PLC0415 - the same

    async def written() -> None:
        async with _desk() as (desk, settings):
            invite = await _found(desk, code)
            edition = desk.library.questionnaires[invite.questionnaire].edition
            content = desk.library.content(edition, invite.organisation)
            spoken = content.spoken(language or invite.language)
            svg = kind is Print.SVG or (kind is None and out.suffix.lower() == ".svg")
            made = drawn_poster if svg else made_poster
            logo = logo_inside(settings.organisations_folder, content.organisation)
            out.write_text(made(Pages(), content, spoken, _address(settings), code, logo), "utf-8")
            typer.echo(f"Wrote {out}.")

    asyncio.run(written())


def pause(organisation: Organisation) -> None:
    """Let no new interview of an organisation begin; those under way go on.

    Example: attune pause example-hospital
    """
    asyncio.run(_switch(organisation, since=now().isoformat()))
    typer.echo("Paused. `attune resume` lets interviews begin again.")


def resume(organisation: Organisation) -> None:
    """Let interviews of an organisation begin again.

    Example: attune resume example-hospital
    """
    asyncio.run(_switch(organisation, since=""))
    typer.echo("Interviews may begin again.")


async def _switch(organisation: str, since: str) -> None:
    from bot.storage.invites import paused  # noqa: PLC0415 - `attune --help` stays quick

    async with _desk() as (desk, _):
        _check_names(desk, organisation, desk.library.default_questionnaire, None)
        await desk.store.remember(paused(organisation), since)


# ---------------------------------------------------------------- what they share


@asynccontextmanager
async def _desk() -> AsyncIterator[tuple["Desk", "Settings"]]:
    from bot.cli.roof import open_desk  # noqa: PLC0415 - `attune --help` stays quick
    from bot.settings import Settings  # noqa: PLC0415 - the same

    settings = Settings.read()
    async with open_desk(settings) as desk:
        yield desk, settings


def _address(settings: "Settings") -> str:
    if settings.public_url is None:
        typer.echo("Note: PUBLIC_URL isn't set, so this address works on this machine only.", err=True)
    return settings.public_url or f"http://{settings.host}:{settings.port}"


async def _found(desk: "Desk", code: str) -> "Invite":
    invite = await desk.store.invite(code)
    if invite is None:
        typer.echo("attune: There is no such invite. `attune invite list` shows them all.", err=True)
        raise typer.Exit(1)
    return invite


def _check_words(campaign: str, source: str, limit: int | None) -> None:
    from bot.storage.invites import LABEL, LEAST_LIMIT  # noqa: PLC0415 - `attune --help` stays quick

    for name, words in (("--campaign", campaign), ("--source", source)):
        if (words or name == "--campaign") and not LABEL.fullmatch(words):
            typer.echo(f"attune: {name} is letters, digits, spaces and . _ - (64 at most).", err=True)
            raise typer.Exit(USAGE)
    if limit is not None and limit < LEAST_LIMIT:
        typer.echo(f"attune: --limit is {LEAST_LIMIT} or more: smaller counts point at people.", err=True)
        raise typer.Exit(USAGE)


def _check_names(desk: "Desk", organisation: str, questionnaire: str, language: str | None) -> None:
    library = desk.library
    for kind, name, known in (
        ("organisation", organisation, library.organisations),
        ("questionnaire", questionnaire, library.questionnaires),
    ):
        if name not in known:
            typer.echo(f"attune: There is no {kind} {name}. There is: {', '.join(known)}.", err=True)
            raise typer.Exit(1)
    content = library.content(library.questionnaires[questionnaire].edition, organisation)
    if language is not None and language not in content.languages:
        spoken = ", ".join(content.languages)
        typer.echo(f"attune: {questionnaire} isn't spoken in {language}. There is: {spoken}.", err=True)
        raise typer.Exit(1)


def _named(invite: "Invite") -> str:
    return f"{invite.campaign} ({invite.source})" if invite.source else invite.campaign


def _state(invite: "Invite") -> str:
    if invite.closed_at:
        return "closed"
    if invite.expires_at and now() >= invite.expires_at:
        return "expired"
    return "open" if invite.admits(now()) else "full"


def _row(invite: "Invite", settings: "Settings") -> dict[str, str | int | bool | None]:
    return {
        "code": invite.code,
        "link": f"{settings.public_url or f'http://{settings.host}:{settings.port}'}/i/{invite.code}",
        "state": _state(invite),
        "begun": invite.begun,
        "limit": invite.limit,
        "organisation": invite.organisation,
        "questionnaire": invite.questionnaire,
        "campaign": invite.campaign,
        "source": invite.source,
        "language": invite.language,
        "shared_screen": invite.shared_screen,
        "created_at": invite.created_at.isoformat(),
        "expires_at": invite.expires_at.isoformat() if invite.expires_at else None,
        "closed_at": invite.closed_at.isoformat() if invite.closed_at else None,
    }
