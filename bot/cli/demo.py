"""`attune demo`: web chat and dashboard of an example organisation, without a token and without any setup."""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bot.cli.clock import now

if TYPE_CHECKING:
    import socket

    from bot.settings import Settings
    from bot.turns import Desk

PEOPLE: Final = 900
USUAL: Final = 8000
CAMPAIGNS: Final = (("autumn-2026", "facebook"), ("autumn-2026", "newsletter"), ("waiting-room", "poster"))


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(demo)


def demo(
    port: Annotated[
        int | None, typer.Option("--port", help="Where to listen; 8000 if left out, or a free one.")
    ] = None,
    database: Annotated[
        Path | None,
        typer.Option("--database", help="Keep everything in this file; otherwise it is forgotten."),
    ] = None,
    people: Annotated[
        int, typer.Option("--people", min=0, max=5000, help="How many are simulated.")
    ] = PEOPLE,
) -> None:
    """Show it all on this machine: no token, no setup, an example hospital and made-up interviews.

    Example: attune demo --port 8080
    """
    from bot.cli.logs import configure  # noqa: PLC0415 - `attune --help` stays quick
    from bot.settings import LogFormat, LogLevel  # noqa: PLC0415 - the same

    configure(LogLevel.ERROR, LogFormat.CONSOLE)  # that a key was made matters to nobody here
    with _folder(database) as folder:
        settings = _settings(folder, database, port)
        listening = _listening(settings, wished=port is not None)
        asyncio.run(_demonstrate(settings, listening, people, kept=database is not None))


@contextlib.contextmanager
def _folder(database: Path | None) -> Iterator[Path]:
    """Give a folder for what the demonstration makes: its own key is never the installation's."""
    if database is not None:
        yield database.absolute().parent
        return
    with tempfile.TemporaryDirectory(prefix="attune-demo-") as folder:
        yield Path(folder)


def _settings(folder: Path, database: Path | None, port: int | None) -> "Settings":
    from bot.settings import Settings  # noqa: PLC0415 - `attune --help` stays quick

    file = (database or folder / "demo.db").absolute()
    # A key beside the database would be no protection; a demonstration has nothing to protect.
    key = folder / f"{file.stem}-key" / "privacy.key"
    return Settings.read().model_copy(
        update={
            "telegram_bot_token": None,
            "database_url": _secret(f"sqlite:///{file}"),
            "privacy_key": None,
            "privacy_key_file": key,
            "host": "127.0.0.1",
            "port": USUAL if port is None else port,
            "public_url": None,
        }
    )


def _secret(text: str) -> object:
    from pydantic import SecretStr  # noqa: PLC0415 - `attune --help` stays quick

    return SecretStr(text)


def _listening(settings: "Settings", *, wished: bool) -> "socket.socket":
    """Open the port; where nobody wished for it and it is taken, any free one."""
    from bot.errors import OperatorError  # noqa: PLC0415 - `attune --help` stays quick
    from bot.server import listen  # noqa: PLC0415 - the same

    try:
        return listen(settings)
    except OperatorError:
        if wished:
            raise
        return listen(settings.model_copy(update={"port": 0}))


async def _demonstrate(settings: "Settings", listening: "socket.socket", people: int, *, kept: bool) -> None:
    from bot.cli.roof import open_desk  # noqa: PLC0415 - `attune --help` stays quick
    from bot.server import serve  # noqa: PLC0415 - the same

    port = listening.getsockname()[1]
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_desk(settings) as desk:
        codes = await _invites(desk)
        served = asyncio.create_task(serve(desk, settings, stop, listening=listening))
        address = f"http://127.0.0.1:{port}"
        links = [await _sign_in(desk, address, role) for role in ("editor", "exporter")]
        _announce(address, codes[-1], links, people, settings.database_file if kept else None)
        simulated = asyncio.create_task(_simulate(desk, codes[:-1], people))
        await served
        simulated.cancel()
        await asyncio.gather(simulated, return_exceptions=True)


async def _invites(desk: "Desk") -> list[str]:
    """Make the campaigns of the example organisation and, last, the invite that is yours; or find them."""
    from bot.storage.invites import Invite, new_code  # noqa: PLC0415 - `attune --help` stays quick

    organisation = desk.library.default_organisation
    known = await desk.store.invites(organisation)
    if known:
        return [one.code for one in known]
    questionnaire = desk.library.default_questionnaire
    made_at = now() - timedelta(days=60)
    for place, (campaign, source) in enumerate((*CAMPAIGNS, ("demo", "you"))):
        at = made_at + timedelta(days=place)
        await desk.store.keep_invite(Invite(new_code(), organisation, questionnaire, campaign, at, source))
    return [one.code for one in await desk.store.invites(organisation)]


async def _sign_in(desk: "Desk", address: str, role: str) -> str:
    """Return a one-time link to the dashboard of the example organisation, for an account of a role."""
    from bot.dashboard.visits import offer, sign_in_address  # noqa: PLC0415 - `attune --help` stays quick
    from bot.storage.staff import Account, Role, new_account_id  # noqa: PLC0415 - the same

    organisation = desk.library.default_organisation
    known = [one for one in await desk.store.accounts(organisation) if one.role == role and not one.closed_at]
    account = (
        known[0] if known else Account(new_account_id(), organisation, Role(role), f"Demo {role}", now())
    )
    if not known:
        await desk.store.keep_account(account)
    return sign_in_address(address, await offer(desk, account.id) or "")


async def _simulate(desk: "Desk", codes: list[str], people: int) -> None:
    from bot.invites.simulation import simulate  # noqa: PLC0415 - `attune --help` stays quick

    if people and codes and not await desk.store.recall("simulated"):
        await desk.store.remember("simulated", now().isoformat())
        await simulate(desk, codes, people)
        typer.echo(f"The {people} made-up interviews are done.")


def _announce(address: str, code: str, links: list[str], people: int, database: Path | None) -> None:
    typer.echo(f"""\
Attune is here, for this machine only (Ctrl-C stops):

  {address}/i/{code}      what a person sees who opens a hospital's link
  {address}/chat/{code}   the interview itself

What the hospital sees, counts and invites; each link signs in once, for an editor and for an exporter:

  {links[0]}
  {links[1]}

The hospital is an example. {people} interviews of made-up people are being added now, on the channel
`simulated`: they show how it looks, and nothing about people.
{f"Everything is kept in {database}." if database else "Everything is forgotten when this stops."}""")
