"""The operator's commands for who may see the dashboard: `attune staff …`."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.clock import now
from bot.storage.staff import LABEL, LINK_AGE, OPERATOR, Account, Deed, Role, new_account_id

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.turns import Desk

USAGE = 2
HOURS = int(LINK_AGE.total_seconds()) // 3600
Id = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id: `attune staff list`.")]
OneOrganisation = Annotated[
    str | None, typer.Option("--organisation", help="Only of this one.", metavar="ORGANISATION")
]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]

staff = typer.Typer(
    no_args_is_help=True, help="Who may see the dashboard: accounts, sign-in links, what was done."
)


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(staff, name="staff")


@staff.command()
def new(
    organisation: Annotated[str, typer.Option("--organisation", help="Whose: the id of its folder.")],
    role: Annotated[
        Role, typer.Option("--role", help="viewer, editor (invites, pause) or exporter (downloads).")
    ],
    name: Annotated[
        str, typer.Option("--name", help="A label, better a post than a person's name.")
    ] = "Staff",
) -> None:
    """Make an account and print its sign-in link, which works once.

    Example: attune staff new --organisation example-hospital --role editor --name "Ward 3"
    """
    if not LABEL.fullmatch(name):
        typer.echo("attune: --name is letters, digits, spaces and . _ - @ ' (64 at most).", err=True)
        raise typer.Exit(USAGE)

    async def made() -> None:
        async with _desk() as (desk, settings):
            _check_organisation(desk, organisation)
            account = Account(new_account_id(), organisation, role, name, now())
            await desk.store.keep_account(account)
            await _wrote(desk, account, "account_made")
            await _print_link(desk, settings, account)

    asyncio.run(made())


@staff.command()
def link(account: Id) -> None:
    """Print a new sign-in link for an account; one that wasn't used yet stops working.

    Example: attune staff link 3f9a1c07d2
    """

    async def printed() -> None:
        async with _desk() as (desk, settings):
            await _print_link(desk, settings, await _found(desk, account))

    asyncio.run(printed())


@staff.command("list")
def list_accounts(organisation: OneOrganisation = None, as_json: AsJson = False) -> None:
    """List accounts.

    Example: attune staff list --organisation example-hospital
    """

    async def listed() -> None:
        async with _desk() as (desk, _):
            found = await desk.store.accounts(organisation)
            if as_json:
                typer.echo(json.dumps([_row(one) for one in found], indent=2))
                return
            for one in found:
                state = "closed" if one.closed_at else "open"
                typer.echo(f"{one.id}  {state:6}  {one.role:8}  {one.organisation}  {one.label}")

    asyncio.run(listed())


@staff.command()
def close(account: Id) -> None:
    """Close an account for good; whoever is signed in with it is out at once.

    Example: attune staff close 3f9a1c07d2
    """

    async def closed() -> None:
        async with _desk() as (desk, _):
            known = await _found(desk, account)
            await _wrote(desk, known, "account_closed")
            await desk.store.close_account(known.id, now())
            typer.echo("Closed. Its visits are over, and its link doesn't work any more.")

    asyncio.run(closed())


@staff.command()
def log(
    organisation: OneOrganisation = None,
    most: Annotated[int, typer.Option("--most", min=1, max=100_000, help="So many lines.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Show what was done on the dashboard and to its accounts, the newest first.

    Example: attune staff log --organisation example-hospital --most 20
    """

    async def shown() -> None:
        async with _desk() as (desk, _):
            deeds = await desk.store.deeds(organisation, most)
            if as_json:
                typer.echo(json.dumps([_told(one) for one in deeds], indent=2))
                return
            for one in deeds:
                typer.echo("  ".join(value for value in _told(one).values() if value))

    asyncio.run(shown())


# ---------------------------------------------------------------- what they share


@asynccontextmanager
async def _desk() -> AsyncIterator[tuple["Desk", "Settings"]]:
    from bot.cli.roof import open_desk  # noqa: PLC0415 - `attune --help` stays quick
    from bot.settings import Settings  # noqa: PLC0415 - the same

    settings = Settings.read()
    async with open_desk(settings) as desk:
        yield desk, settings


def _check_organisation(desk: "Desk", organisation: str) -> None:
    known = desk.library.organisations
    if organisation not in known:
        typer.echo(
            f"attune: There is no organisation {organisation}. There is: {', '.join(known)}.", err=True
        )
        raise typer.Exit(1)


async def _found(desk: "Desk", account: str) -> Account:
    known = await desk.store.account(account)
    if known is None:
        typer.echo("attune: There is no such account. `attune staff list` shows them all.", err=True)
        raise typer.Exit(1)
    return known


async def _print_link(desk: "Desk", settings: "Settings", account: Account) -> None:
    from bot.dashboard.visits import offer, sign_in_address  # noqa: PLC0415 - `attune --help` stays quick

    secret = await offer(desk, account.id)
    if secret is None:
        typer.echo("attune: This account is closed. `attune staff new` makes another one.", err=True)
        raise typer.Exit(1)
    await _wrote(desk, account, "link_made")
    if settings.public_url is None:
        typer.echo("Note: PUBLIC_URL isn't set, so this address works on this machine only.", err=True)
    whose = f"{account.id} ({account.role} of {account.organisation})"
    typer.echo(f"For {whose}. Works once, within {HOURS} hours; give it to nobody else.", err=True)
    address = settings.public_url or f"http://{settings.host}:{settings.port}"
    typer.echo(sign_in_address(address, secret))


async def _wrote(desk: "Desk", account: Account, what: str) -> None:
    await desk.store.record(Deed(now(), account.organisation, OPERATOR, what, account.id))


def _row(account: Account) -> dict[str, str | None]:
    return {
        "account": account.id,
        "organisation": account.organisation,
        "role": account.role.value,
        "name": account.label,
        "created_at": account.created_at.isoformat(),
        "closed_at": account.closed_at.isoformat() if account.closed_at else None,
    }


def _told(deed: Deed) -> dict[str, str]:
    return {
        "at": deed.at.isoformat(timespec="seconds"),
        "organisation": deed.organisation,
        "account": deed.account,
        "what": deed.what,
        "about": deed.about,
    }
