"""`attune chat`: the same interview in the terminal, into the same database."""

import asyncio
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.channels.terminal import Surface  # `attune --help` stays quick


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(chat)


def chat(
    questionnaire: Annotated[
        str | None, typer.Argument(help="Its id; DEFAULT_QUESTIONNAIRE if left out.")
    ] = None,
    language: Annotated[
        str | None, typer.Option("--language", help="Begin in this language, such as es.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option("--record", help="Write what you do and see as a journey file.")
    ] = None,
    new: Annotated[bool, typer.Option("--new", help="Be a new person, with nothing stored yet.")] = False,
) -> None:
    """Be interviewed in the terminal: arrows, numbers or labels; in a pipe a line is a choice.

    Example: attune chat big-five --language es
    """
    asyncio.run(_chat(questionnaire, language or _spoken(), record, new=new))


def _spoken() -> str | None:
    """Return the language of this terminal."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    tag = spoken.split(".")[0].replace("_", "-")
    return tag if tag not in {"", "C", "POSIX"} else None


def _myself(state: Path) -> str:
    """Return the address of whoever uses this terminal: random, made once, so that an interview can go on."""
    file = state / "terminal-person"
    try:
        return file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        state.mkdir(parents=True, exist_ok=True, mode=0o700)
        address = secrets.token_hex(16)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as made:
            made.write(address)
        return address


async def _chat(questionnaire: str | None, language: str | None, record: Path | None, *, new: bool) -> None:
    from bot.channels.terminal import converse  # noqa: PLC0415 - `attune --help` stays quick
    from bot.channels.terminal.record import Recorder  # noqa: PLC0415 - the same
    from bot.cli.roof import open_desk  # noqa: PLC0415 - the same
    from bot.settings import Settings  # noqa: PLC0415 - the same

    piped = not (sys.stdin.isatty() and sys.stdout.isatty())
    settings = Settings.read()
    async with open_desk(settings, questionnaire=questionnaire) as desk:
        content = desk.library.questionnaires[desk.library.default_questionnaire].edition
        recorder = None
        if record is not None:
            spoken = language or content.languages[0]
            title = content.questionnaire.title
            recorder = Recorder(record, title, spoken, desk.library.default_organisation)
        address = secrets.token_hex(16) if piped or new else _myself(settings.state_folder)
        await converse(desk, _surface(piped=piped), address, language=language, ear=recorder)
        if recorder is not None:
            recorder.write()


def _surface(*, piped: bool) -> "Surface":
    from rich.console import Console  # noqa: PLC0415 - a pipe needs no colours

    from bot.channels.terminal import Plain, Screen  # noqa: PLC0415 - `attune --help` stays quick

    if piped:
        return Plain(sys.stdin, sys.stdout)
    return Screen(Console(highlight=False), hint="arrows and Enter, a number, or a /command; Esc pauses")
