"""`attune backup` and `attune restore`: what is kept elsewhere, and what comes back from there."""

import asyncio
import json
import shlex
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit, urlunsplit

import typer

from bot.cli.clock import now

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.storage.backups import Backup, Restored, Restoring

File = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.", dir_okay=False)]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
MEGABYTE = 1_000_000


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command()(backup)
    app.command()(restore)


def backup(file: File, *, as_json: AsJson = False) -> None:
    """Copy the database into a new file while the bot runs. The privacy key isn't in it: keep that elsewhere.

    Example: attune backup /backups/attune-2026-11-24.db
    """
    from bot.cli.roof import open_keys  # noqa: PLC0415 - `attune --help` stays quick
    from bot.settings import Settings  # noqa: PLC0415 - the same
    from bot.storage.backups import make  # noqa: PLC0415 - the same

    settings = Settings.read()
    database = settings.database_file
    if database is None:
        _point_to_the_server(settings, file)
        return
    keys = open_keys(settings)
    found = make(database, file, now())
    if keys.fingerprint != found.fingerprint:
        typer.echo("Note: the key that is set isn't the one this database was made with.", err=True)
    _told(found, as_json=as_json)


def _point_to_the_server(settings: "Settings", file: Path) -> None:
    """Say how a server is backed up; copy the ledger, which is ours, beside it."""
    from bot.errors import OperatorError  # noqa: PLC0415 - `attune --help` stays quick

    if not settings.database.startswith("postgres"):
        raise OperatorError("What lives in memory can't be kept.", remedy="Name a database in DATABASE_URL.")
    copied = _copy_ledgers(settings, file)
    command = f"pg_dump --format=custom --file={shlex.quote(str(file))} {shlex.quote(_nameless(settings))}"
    typer.echo(f"PostgreSQL makes its own backups. Run:\n\n  {command}\n")
    typer.echo("After pg_restore start Attune as always: it erases again whom the ledger names.")
    for path in copied:
        typer.echo(f"The ledger of erasures was copied to {path}; keep it with the backup.")


def _copy_ledgers(settings: "Settings", file: Path) -> list[Path]:
    copied = []
    for ledger in sorted(settings.ledger_folder.glob("erased-*.txt")):
        target = file.with_name(f"{file.name}.{ledger.name}")
        shutil.copyfile(ledger, target)
        target.chmod(0o600)
        copied.append(target)
    return copied


def _nameless(settings: "Settings") -> str:
    """Return the address of the server without its password; pg_dump takes that from ~/.pgpass."""
    parts = urlsplit(settings.database)
    place = parts.netloc.rpartition("@")
    name = place[0].partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{name}@{place[2]}" if name else place[2]))


def _told(found: "Backup", *, as_json: bool) -> None:
    if as_json:
        said = {
            "file": str(found.path),
            "made_at": found.made_at.isoformat(),
            "bytes": found.size,
            "people": found.people,
            "interviews": found.interviews,
            "revision": found.revision,
            "key_fingerprint": found.fingerprint,
        }
        typer.echo(json.dumps(said, indent=1))
        return
    size = f"{found.size / MEGABYTE:.1f} MB"
    typer.echo(f"{size}, {found.people} people, {found.interviews} interviews, schema {found.revision}.")
    typer.echo(
        f"To restore it you need the privacy key of fingerprint {found.fingerprint[:8]}: keep it elsewhere."
    )


def restore(
    file: File,
    *,
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="Do all of it in a folder of its own, and change nothing.")
    ] = False,
    without_ledger: Annotated[
        bool, typer.Option("--without-ledger", help="Although the erased may come back: it is lost.")
    ] = False,
) -> None:
    """Put a backup in the database's place; whoever was erased since is erased again before it serves anyone.

    Example: attune restore /backups/attune-2026-11-24.db --rehearse
    """
    from bot.errors import OperatorError  # noqa: PLC0415 - `attune --help` stays quick
    from bot.settings import Settings  # noqa: PLC0415 - the same

    settings = Settings.read()
    database = settings.database_file
    if database is None:
        remedy = (
            "Use pg_restore, then start Attune: it erases again whom the ledger names, before anything else."
        )
        raise OperatorError("DATABASE_URL isn't a file.", remedy=remedy)
    restoring = _restoring(settings, without_ledger=without_ledger)
    place = database.absolute()
    restored = asyncio.run(_rehearsed(file, restoring) if rehearse else _put_back(file, place, restoring))
    found = restored.backup
    typer.echo(
        f"The backup of {found.made_at:%F %R} UTC is sound:"
        f" {found.people} people, {found.interviews} interviews."
    )
    typer.echo(f"Erased again: {restored.again} people by the ledger, {restored.swept} interviews by age.")
    if rehearse:
        typer.echo("A rehearsal: nothing was changed.")
        return
    typer.echo(f"{database} is ready; start `attune run`.")
    if restored.aside is not None:
        typer.echo(
            f"What was there before is in {restored.aside}. Delete it once all is well: the erased are in it."
        )


def _restoring(settings: "Settings", *, without_ledger: bool) -> "Restoring":
    from bot.cli.roof import marking_of, open_keys  # noqa: PLC0415 - `attune --help` stays quick
    from bot.privacy import UNCONSENTED_AGE  # noqa: PLC0415 - the same
    from bot.storage.backups import Ages, Restoring  # noqa: PLC0415 - the same

    ages = Ages(settings.address_age, settings.retention, UNCONSENTED_AGE)
    return Restoring(
        open_keys(settings), lambda keys: marking_of(settings, keys), ages, now, without_ledger=without_ledger
    )


async def _rehearsed(file: Path, restoring: "Restoring") -> "Restored":
    from bot.storage.backups import inspect  # noqa: PLC0415 - `attune --help` stays quick

    with tempfile.TemporaryDirectory(prefix="attune-rehearsal-") as folder:
        return await restoring.ready(inspect(file), Path(folder) / "attune.db")


async def _put_back(file: Path, database: Path, restoring: "Restoring") -> "Restored":
    from bot.storage.backups import restore as put_back  # noqa: PLC0415 - `attune --help` stays quick

    return await put_back(file, database, restoring)
