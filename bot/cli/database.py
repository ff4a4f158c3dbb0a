"""`attune database status` and `attune database upgrade`."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.storage.vitals import Vitals

database_app = typer.Typer(no_args_is_help=True, help="The database: its state, and its upgrade.")
MEGABYTE = 1_000_000


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(database_app, name="database")


@database_app.command()
def status(*, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Show schema, size and rows of the database; nothing is changed.

    Example: attune database status --json
    """
    from bot.storage import vitals  # noqa: PLC0415 - `attune --help` stays quick
    from bot.storage.upgrading import upgrade_backups  # noqa: PLC0415 - the same

    database = _file()
    found = vitals.read(database)
    copies = [str(path) for path in upgrade_backups(database)]
    if as_json:
        typer.echo(json.dumps(_as_json(database, found, copies), indent=1))
        return
    for name, value in _as_json(database, found, copies).items():
        if name not in {"rows", "copies"}:
            typer.echo(f"{name:16} {value}")
    for name, n in found.rows.items():
        typer.echo(f"{'rows of ' + name:16} {n}")
    for copy in copies:
        typer.echo(f"{'old copy':16} {copy}: who was erased since is still in it")


def _as_json(database: Path, found: "Vitals", copies: list[str]) -> dict[str, object]:
    from bot.storage.upgrading import HEAD  # noqa: PLC0415 - `attune --help` stays quick

    return {
        "file": str(database),
        "schema": found.revision,
        "newest_schema": HEAD,
        "pending": found.revision != HEAD,
        "sound": found.sound,
        "bytes": found.size,
        "log_bytes": found.log_size,
        "key_fingerprint": (found.fingerprint or "")[:8],
        "rows": found.rows,
        "copies": copies,
    }


@database_app.command()
def upgrade() -> None:
    """Bring the database to this version; a copy is made beside it first.

    Example: attune database upgrade
    """
    from bot.cli.roof import open_kept, open_keys  # noqa: PLC0415 - `attune --help` stays quick
    from bot.settings import Settings  # noqa: PLC0415 - the same
    from bot.storage.upgrading import HEAD, upgrade_backups  # noqa: PLC0415 - the same

    settings = Settings.read()
    file = settings.database_file
    before = set(upgrade_backups(file)) if file else set()
    keys = open_keys(settings)

    async def opened() -> None:
        store = await open_kept(settings, keys)
        await store.close()

    asyncio.run(opened())
    typer.echo(f"The database has schema {HEAD}, the one of this version.")
    for copy in sorted(set(upgrade_backups(file)) - before) if file else ():
        typer.echo(f"As it was before: {copy}. Delete it once all is well: who is erased later stays in it.")


def _file() -> Path:
    from bot.errors import OperatorError  # noqa: PLC0415 - `attune --help` stays quick
    from bot.settings import Settings  # noqa: PLC0415 - the same

    database = Settings.read().database_file
    if database is None:
        raise OperatorError("DATABASE_URL isn't a file.", remedy="Ask the server: psql, pg_dump.")
    if not database.exists():
        raise OperatorError(
            f"There is no database {database} yet.", remedy="The first `attune run` makes it."
        )
    return database
