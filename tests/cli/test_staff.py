"""`attune staff`, as an operator types it."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.cli.clock import now
from bot.cli.roof import open_desk
from bot.dashboard.visits import link_digest, visit_digest
from bot.settings import Settings
from bot.storage.staff import VISIT_IDLE

pytestmark = pytest.mark.slow  # each starts the program

Attune = Callable[..., Result]
NEW = ("staff", "new", "--organisation", "example-hospital", "--role", "editor")


@pytest.fixture
def attune(monkeypatch: pytest.MonkeyPatch, root: Path) -> Attune:
    """The program, in an empty folder with a public address."""
    monkeypatch.setenv("PUBLIC_URL", "https://attune.example")
    monkeypatch.setenv("QUESTIONNAIRES", str(root / "questionnaires"))
    monkeypatch.setenv("ORGANISATIONS", str(root / "organisations"))
    return lambda *arguments: CliRunner().invoke(app, [*arguments])


def link_of(done: Result) -> str:
    """Return the secret of the link that a command printed, alone, to standard output."""
    assert done.exit_code == 0, done.output
    found = re.fullmatch(r"https://attune\.example/dashboard/enter/([A-Za-z0-9_-]{43})\n", done.stdout)
    assert found, done.stdout
    return found[1]


def account_of(attune: Attune) -> dict[str, str | None]:
    """Return the one account there is."""
    (row,) = json.loads(attune("staff", "list", "--json").stdout)
    assert isinstance(row, dict)
    return row


async def signs_in(link: str) -> tuple[bool, bool]:
    """Say whether a link works, and whether its visit goes on a moment later and after an idle hour."""
    async with open_desk(Settings.read()) as desk:
        digest = link_digest(desk.keys, link) or ""
        begun = await desk.store.sign_in(digest, visit_digest(desk.keys, link), now())
        later = now() + VISIT_IDLE + timedelta(seconds=1)
        assert await desk.store.visit(visit_digest(desk.keys, link), later) is None
        return begun is not None, await goes_on(link)


async def goes_on(link: str) -> bool:
    """Say whether the visit that a link began goes on."""
    async with open_desk(Settings.read()) as desk:
        return await desk.store.visit(visit_digest(desk.keys, link), now()) is not None


def test_an_account_lives_from_new_to_close(attune: Attune) -> None:
    """Made with a link that works; another link voids it; closing ends what it began."""
    first = link_of(attune(*NEW, "--name", "Ward 3"))
    account = account_of(attune)
    assert (account["role"], account["name"], account["closed_at"]) == ("editor", "Ward 3", None)
    second = link_of(attune("staff", "link", str(account["account"])))
    assert asyncio.run(signs_in(first)) == (False, False)
    assert asyncio.run(signs_in(second)) == (True, True)
    assert attune("staff", "close", str(account["account"])).exit_code == 0
    assert not asyncio.run(goes_on(second))
    assert account_of(attune)["closed_at"]
    refused = attune("staff", "link", str(account["account"]))
    assert refused.exit_code == 1
    assert "closed" in refused.stderr


def test_what_was_done_stands_in_the_log_without_a_secret(attune: Attune) -> None:
    """By whom, what and when; a link isn't in it, nor in the list."""
    link = link_of(attune(*NEW))
    account = str(account_of(attune)["account"])
    asyncio.run(signs_in(link))
    attune("staff", "close", account)
    log = attune("staff", "log", "--json").stdout
    done = [(one["account"], one["what"], one["about"]) for one in json.loads(log)]
    assert sorted(done) == sorted(
        [
            ("operator", "account_made", account),
            ("operator", "link_made", account),
            (account, "signed_in", ""),
            ("operator", "account_closed", account),
        ]
    )
    for said in (log, attune("staff", "log").stdout, attune("staff", "list").stdout):
        assert account in said
        assert link not in said
    assert len(attune("staff", "log", "--most", "1").stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((*NEW[:3], "nowhere", *NEW[4:]), 1, "There is: example-hospital"),
        ((*NEW, "--name", "<b>"), 2, "letters, digits"),
        ((*NEW[:-1], "owner"), 2, "viewer"),
        (("staff", "close", "0000000000"), 1, "attune staff list"),
        (("staff", "link", "0000000000"), 1, "attune staff list"),
    ],
)
def test_a_mistake_is_explained_in_a_sentence(
    attune: Attune, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = attune(*arguments)
    assert done.exit_code == code
    assert said in done.output
    assert not json.loads(attune("staff", "list", "--json").stdout)
