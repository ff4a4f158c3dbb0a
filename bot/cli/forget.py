"""`attune forget` and `attune retention`: what goes, because somebody asked or its time is over."""

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.clock import now

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.storage.store import Swept
    from bot.turns import Desk

Code = Annotated[str, typer.Argument(metavar="CODE", help="What the person quotes, or a response id.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(forget)
    app.command()(retention)


def forget(
    code: Code, *, yes: Annotated[bool, typer.Option("--yes", help="Don't ask; for scripts.")] = False
) -> None:
    """Erase a person who asked for it, by the code that they quote (in /help) or by a response id.

    Example: attune forget K7QF-2M9D
    """
    from bot.cli.quoted import person_quoting  # noqa: PLC0415 - `attune --help` stays quick
    from bot.cli.roof import open_desk  # noqa: PLC0415 - the same
    from bot.settings import Settings  # noqa: PLC0415 - the same

    async def forgotten() -> None:
        async with open_desk(Settings.read()) as desk:
            person = await person_quoting(desk, code)
            known = await desk.store.known(person)
            interviews = len(known.courses) if known else 0
            if not yes:
                typer.confirm(
                    f"Erase this person and {interviews} interviews? Nobody can undo it.", abort=True
                )
            await _erase(desk, person)

    asyncio.run(forgotten())


async def _erase(desk: "Desk", person: str) -> None:
    from bot.errors import OperatorError  # noqa: PLC0415 - `attune --help` stays quick
    from bot.unasked import erase  # noqa: PLC0415 - the same

    if not await erase(desk, person):
        raise OperatorError("They answered just now.", remedy="Try once more.")
    await desk.store.verify_erasures()
    pending = await desk.store.erasures_pending()
    if pending:
        typer.echo(
            "Erased. The running bot clears the last copy on disk within seconds; `attune doctor` tells."
        )
    else:
        typer.echo("Erased, and verified in the files.")


def retention(
    *,
    apply: Annotated[
        bool, typer.Option("--apply", help="Erase it now; the running bot does so hourly.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what is kept for how long, and how much of it has had its time.

    Example: attune retention --apply
    """
    from bot.cli.roof import open_desk  # noqa: PLC0415 - `attune --help` stays quick
    from bot.privacy import UNCONSENTED_AGE  # noqa: PLC0415 - the same
    from bot.settings import Settings  # noqa: PLC0415 - the same

    settings = Settings.read()
    ages = {
        "address_age": settings.address_age,
        "retention": settings.retention,
        "unconsented": UNCONSENTED_AGE,
    }

    async def looked() -> "Swept":
        async with open_desk(settings) as desk:
            if not apply:
                return await desk.store.due(now(), **ages)  # type: ignore[arg-type]  # as the mapping says
            swept = await desk.store.sweep(now(), **ages)  # type: ignore[arg-type]  # the same
            await desk.store.verify_erasures()
            return swept

    _told(settings, asyncio.run(looked()), applied=apply, as_json=as_json)


def _told(settings: "Settings", swept: "Swept", *, applied: bool, as_json: bool) -> None:
    from bot.privacy import HEARD_AGE, PARKED_AGE, RECEIPT_AGE, UNCONSENTED_AGE  # noqa: PLC0415 - quick help

    rows: list[tuple[str, timedelta | None, int | None, str]] = [
        ("interviews without consent", UNCONSENTED_AGE, swept.unconsented, ""),
        ("interviews", settings.retention, swept.retired, "RETENTION_DAYS"),
        ("addresses, after the interview", settings.address_age, swept.addresses, "ADDRESS_DAYS"),
        ("keys of updates", HEARD_AGE, swept.keys, ""),
        ("shapes of parked updates", PARKED_AGE, None, ""),
        ("addresses of receipts", RECEIPT_AGE, None, ""),
        ("marks of the erased", settings.backup_age, None, "BACKUP_DAYS"),
    ]
    if as_json:
        listed = [
            {"what": what, "days": age.total_seconds() / 86400 if age else None, "due": due, "setting": name}
            for what, age, due, name in rows
        ]
        typer.echo(json.dumps({"applied": applied, "kept": listed}, indent=1))
        return
    for what, age, due, name in rows:
        kept = "until erased" if age is None else _span(age)
        count = "" if due is None else f"{due} {'gone now' if applied else 'due'}"
        typer.echo(f"{what:32} {kept:14} {count:12} {name}".rstrip())


def _span(age: timedelta) -> str:
    return f"{age.days} days" if age.days > 1 else f"{int(age.total_seconds() // 3600)} hours"
