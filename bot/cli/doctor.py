"""`attune doctor`: what is wrong, and what to do; or what a code means that somebody quotes."""

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.clock import now

if TYPE_CHECKING:
    from bot.cli.checkup.line import Check
    from bot.settings import Settings
    from bot.storage.store import Parked
    from bot.storage.upkeep import Course
    from bot.turns import Desk

RUNBOOK = "docs/runbook.md"
MARKS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(doctor)


def doctor(
    code: Annotated[
        str | None, typer.Argument(metavar="[CODE]", help="What somebody quotes from /help or an apology.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Check everything that whoever runs the bot is answerable for; exit 1 where something must be seen to.

    Example: attune doctor
    """
    from bot.errors import SettingsError  # noqa: PLC0415 - `attune --help` stays quick
    from bot.settings import Settings  # noqa: PLC0415 - the same

    try:
        settings = Settings.read()
    except SettingsError as error:
        if code is not None:
            raise
        from bot.cli.checkup.line import fail  # noqa: PLC0415 - the same

        _tell([fail("settings", error.message, error.remedy)], as_json=as_json)
        raise typer.Exit(1) from None
    if code is not None:
        asyncio.run(_explain(settings, code, as_json=as_json))
        return
    found = asyncio.run(_checked(settings, as_json=as_json))
    if any(check.state.value == "fail" for check in found):
        raise typer.Exit(1)


async def _checked(settings: "Settings", *, as_json: bool) -> "list[Check]":
    from bot.cli.checkup import checks  # noqa: PLC0415 - `attune --help` stays quick
    from bot.cli.checkup.line import ok  # noqa: PLC0415 - the same

    found = [ok("settings", "The settings can be read.")]
    if not as_json:
        _tell(found, as_json=False)
    async for check in checks(settings, now):
        found.append(check)
        if not as_json:
            _tell([check], as_json=False)
    if as_json:
        _tell(found, as_json=True)
    return found


def _tell(found: "list[Check]", *, as_json: bool) -> None:
    if as_json:
        listed = [
            {"id": one.id, "state": one.state.value, "said": one.said, "remedy": one.remedy} for one in found
        ]
        typer.echo(json.dumps({"checks": listed}, ensure_ascii=False, indent=1))
        return
    for one in found:
        typer.echo(f"{MARKS[one.state.value]}  {one.id:10} {one.said}")
        if one.remedy:
            typer.echo(f"{'':16} → {one.remedy} ({RUNBOOK}#{one.id})")


# ---------------------------------------------------------------- a code that somebody quotes


async def _explain(settings: "Settings", code: str, *, as_json: bool) -> None:
    from bot.cli.quoted import FAULT, person_quoting, read_aloud  # noqa: PLC0415 - `attune --help` stays quick
    from bot.cli.roof import open_desk  # noqa: PLC0415 - the same

    async with open_desk(settings) as desk:
        if len(read_aloud(code)) == FAULT:
            said = _fault(read_aloud(code), await desk.store.parked())
        else:
            said = await _person(desk, await person_quoting(desk, code))
    if as_json:
        typer.echo(json.dumps(said, indent=1))
        return
    for name, value in said.items():
        for line in value if isinstance(value, list) else [value]:
            typer.echo(f"{name:12} {line if not isinstance(line, dict) else _line(line)}")


def _fault(code: str, parked: "Any") -> dict[str, Any]:
    from bot.channels.telegram.inbox import fault_code  # noqa: PLC0415 - `attune --help` stays quick
    from bot.errors import OperatorError  # noqa: PLC0415 - the same

    found: Parked | None = next((one for one in parked if fault_code(one.key) == code), None)
    if found is None:
        raise OperatorError(f"No fault {code} in the last 30 days.", remedy="Check the code for a slip.")
    return {
        "code": code,
        "what": "a fault of ours; the person was told, and their answers are safe",
        "at": _when(found.at),
        "heard": found.kind,
        "fields": ", ".join(found.fields) or "-",
        "error": found.error,
        "log": f'"turn failed" with code={code}',
    }


async def _person(desk: "Desk", person: str) -> dict[str, Any]:
    known = await desk.store.known(person)
    if known is None:
        from bot.errors import OperatorError  # noqa: PLC0415 - seldom

        raise OperatorError("They were erased just now.")
    since = f", since {_when(known.owed.since)}" if known.owed.since else ""
    return {
        "code": desk.keys.quoted(person),
        "log": f"who={desk.keys.log_id(person)}",
        "reachable": "yes" if known.reachable else "no: they blocked the bot",
        "address": "kept, sealed" if known.has_address else "dropped: they can't be written to",
        "owed": f"{known.owed.n} replies{since}",
        "interview": [_course(one) for one in known.courses],
    }


def _course(course: "Course") -> dict[str, Any]:
    return {
        "questionnaire": course.questionnaire,
        "edition": course.edition[:12],
        "channel": course.channel,
        "language": course.language,
        "step": course.step,
        "turns": course.turns,
        "began": _when(course.began_at),
        "consented": _when(course.consented_at),
        "seen": _when(course.seen_at),
        "ended": _when(course.ended_at),
        "latest": [f"{kind} {_when(at)}" for kind, at in course.latest],
    }


def _line(course: dict[str, Any]) -> str:
    facts = [f"{name}={value}" for name, value in course.items() if name != "latest"]
    return "\n             ".join([" ".join(facts[:6]), " ".join(facts[6:]), *course["latest"]])


def _when(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else "-"
