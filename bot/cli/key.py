"""`attune key rotate`: a new privacy key takes the place of the old one."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.clock import now

if TYPE_CHECKING:
    from bot.privacy import Keys
    from bot.settings import Settings

keys_app = typer.Typer(no_args_is_help=True, help="The privacy key.")


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(keys_app, name="key")


@keys_app.callback()
def _family() -> None:
    """The privacy key."""


@keys_app.command()
def rotate(*, yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False) -> None:
    """Make a new privacy key and carry the database to it; everybody stays recognised. Stop the bot first.

    Example: attune key rotate
    """
    from bot.cli.roof import marking_of, open_keys  # noqa: PLC0415 - `attune --help` stays quick
    from bot.settings import Settings  # noqa: PLC0415 - the same
    from bot.storage.rotating import made_with  # noqa: PLC0415 - the same
    from bot.storage.rotating import rotate as carried  # noqa: PLC0415 - the same

    settings = Settings.read()
    keys = open_keys(settings)
    made = asyncio.run(made_with(settings.database))
    unfinished = made is not None and made != keys.fingerprint and bool(keys.since(made))
    if not unfinished:
        keys = _with_a_new_one(settings, keys, made, yes=yes)
    done = asyncio.run(carried(settings.database, keys, lambda one: marking_of(settings, one), now))
    typer.echo(f"{done.people} people have new pseudonyms; key fingerprint {keys.fingerprint[:8]}.")
    if not done.verified:
        typer.echo(
            "The old ones are still being cleared from the files; `attune run` finishes that.", err=True
        )
    typer.echo("Keep a copy of the whole key file, make a new backup, and delete backups of before.")


def _with_a_new_one(settings: "Settings", keys: "Keys", made: str | None, *, yes: bool) -> "Keys":
    from bot.errors import OperatorError  # noqa: PLC0415 - `attune --help` stays quick
    from bot.privacy import Keys, add_key  # noqa: PLC0415 - the same
    from bot.storage.rotating import refuse_in_use  # noqa: PLC0415 - the same

    if made is None:
        raise OperatorError("There is no database yet.", remedy="A new one gets a key of its own by itself.")
    if made != keys.fingerprint:
        return keys  # of another key altogether: `rotate` says so
    path = settings.key_file
    if path is None:
        raise OperatorError(
            "PRIVACY_KEY isn't in a file, so no new one can be put before it.",
            remedy="Put a new one (openssl rand -base64 32) and a comma before it, then run this again.",
        )
    if not yes:
        typer.confirm(
            f"Make a new key in {path}, keep the old one behind it, and carry the database?", abort=True
        )
    asyncio.run(refuse_in_use(settings.database))
    add_key(path)
    return Keys(*settings.master_keys())
