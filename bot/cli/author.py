"""The authors' commands: `attune check`, `attune schema`, `attune init`."""

import json
import shutil
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from bot.cli.content import Content
    from bot.source import Problem

USAGE = 2


class Format(StrEnum):
    """Who reads the problems."""

    TEXT = "text"
    JSON = "json"


class Kind(StrEnum):
    """The kinds of files that have a schema."""

    QUESTIONNAIRE = "questionnaire"
    LOCALE = "locale"
    LINKS = "links"
    FACTS = "facts"
    TIP = "tip"
    ORGANISATION = "organisation"
    JOURNEY = "journey"


_OPENS = {
    Kind.QUESTIONNAIRE: ["questionnaires/*/questionnaire.yaml"],
    Kind.LOCALE: ["questionnaires/*/locales/*.yaml"],
    Kind.LINKS: ["questionnaires/*/links.yaml"],
    Kind.FACTS: ["questionnaires/*/tips/facts.yaml", "questionnaires/*/locales/*/tips/facts.yaml"],
    Kind.ORGANISATION: ["organisations/*/organisation.yaml"],
    Kind.JOURNEY: ["questionnaires/*/journeys/*.yaml"],
}
"""Which files an editor holds against which schema; a tip's front matter is out of its reach."""


def register(app: typer.Typer) -> None:
    """Add the authors' commands to the program."""
    app.command()(check)
    app.command()(schema)
    app.command()(init)


def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH…]", help="Folders or files; the configured folders if left out."),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="For people or for programs.")] = Format.TEXT,
    links: Annotated[
        bool, typer.Option("--links", help="Open every link as well (needs the network).")
    ] = False,
) -> None:
    """Say everything that is wrong with questionnaires and organisations, each with its place.

    Example: attune check questionnaires/health-mindset --format json
    """
    from bot.cli.clock import now  # noqa: PLC0415 - `attune --help` stays quick
    from bot.cli.content import read_content  # noqa: PLC0415 - the same
    from bot.cli.diagnostics import print_json, print_text  # noqa: PLC0415 - the same

    wanted = paths or _configured()
    content = read_content(_existing(wanted))
    if not content.questionnaires and not content.organisations:
        _stop(f"There is no questionnaire and no organisation in {', '.join(map(str, wanted))}.")
    problems = content.problems(now().date())
    problems = sorted({*problems, *_rehearsed(content, problems)})
    if links:
        from bot.cli.dead_links import dead_links  # noqa: PLC0415 - only on demand

        problems = sorted([*problems, *dead_links(content.questionnaires, content.organisations)])
    (print_json if output is Format.JSON else print_text)(problems)
    if output is Format.TEXT:
        typer.echo(_summary(len(problems), len(content.questionnaires), len(content.organisations)), err=True)
        if paths is None:
            _note_promises()
    raise typer.Exit(int(bool(problems)))


def _note_promises() -> None:
    """Say where a consent text promises what the settings here don't keep; the files alone are in order."""
    from bot.cli.promises import broken_promises  # noqa: PLC0415 - `attune --help` stays quick
    from bot.errors import AttuneError  # noqa: PLC0415 - the same
    from bot.settings import Settings  # noqa: PLC0415 - the same

    try:
        broken = broken_promises(Settings.read())
    except AttuneError:
        return  # what is wrong was said above
    for one in broken:
        typer.echo(f"note: {one}", err=True)


def schema(
    kind: Annotated[Kind | None, typer.Argument(help="One kind of file; all of them if left out.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write files into this folder.")] = None,
) -> None:
    """Print the JSON Schema of a kind of file, for editors that complete and check while you write.

    Example: attune schema --out schemas
    """
    wanted = [kind] if kind else list(Kind)
    if out is not None:
        _write_schemas(out, wanted)
    elif kind is not None:
        typer.echo(json.dumps(_schema(kind), indent=2, ensure_ascii=False))
    else:
        typer.echo(json.dumps({each.value: _schema(each) for each in wanted}, indent=2, ensure_ascii=False))


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
) -> None:
    """Copy the shipped questionnaires and organisations out, to be edited, with schemas for your editor.

    Example: attune init my-hospital
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        _stop(f"{folder} isn't an empty folder.", code=1)
    folder.mkdir(parents=True, exist_ok=True)
    for kind in ("questionnaires", "organisations"):
        shutil.copytree(_shipped(kind), folder / kind, ignore=shutil.ignore_patterns(".*"))
    _write_schemas(folder / "schemas", list(Kind))
    settings = {"yaml.schemas": {f"./schemas/{kind}.schema.json": opened for kind, opened in _OPENS.items()}}
    (folder / ".vscode").mkdir()
    (folder / ".vscode" / "settings.json").write_text(json.dumps(settings, indent=2) + "\n", "utf-8")
    typer.echo(f"Edit the files in {folder}, then run: cd {folder} && attune check")


def _configured() -> list[Path]:
    from bot.settings import Settings  # noqa: PLC0415 - not needed where the paths are given

    settings = Settings.read()
    return [settings.questionnaires_folder, settings.organisations_folder]


def _rehearsed(content: "Content", problems: list["Problem"]) -> list["Problem"]:
    """Return what only the finished interview can tell; nothing while an interview couldn't begin."""
    if not content.can_begin(problems):
        return []
    from bot.cli.rehearsing import journeys, phrases  # noqa: PLC0415 - files that can't be used don't need it

    return phrases(content) or journeys(content)


def _shipped(kind: str) -> Path:
    """Return the folder that came with the program, whatever is configured."""
    package = Path(__file__).parents[1]
    in_wheel = package / "_shipped" / kind
    return in_wheel if in_wheel.is_dir() else package.parent / kind


def _existing(paths: list[Path]) -> list[Path]:
    for path in paths:
        if not path.exists():
            _stop(f"There is no {path}.")
    return paths


def _stop(message: str, *, code: int = USAGE) -> None:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def _summary(problems: int, questionnaires: int, organisations: int) -> str:
    checked = f"{questionnaires} questionnaire(s) and {organisations} organisation(s)"
    return f"{checked}: {problems} problem(s)." if problems else f"{checked}: all is well."


def _write_schemas(folder: Path, kinds: list[Kind]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind in kinds:
        text = json.dumps(_schema(kind), indent=2, ensure_ascii=False)
        (folder / f"{kind}.schema.json").write_text(text + "\n", "utf-8")


def _schema(kind: Kind) -> dict[str, Any]:
    from pydantic import BaseModel  # noqa: PLC0415 - `attune --help` stays quick

    from bot.conversation.journeys import Journey  # noqa: PLC0415 - the same
    from bot.organisation.model import Organisation  # noqa: PLC0415 - `attune --help` stays quick
    from bot.questionnaire.model import Facts, Links, Locale, Questionnaire, TipMatter  # noqa: PLC0415 - the same

    models: dict[Kind, type[BaseModel]] = {
        Kind.QUESTIONNAIRE: Questionnaire,
        Kind.LOCALE: Locale,
        Kind.LINKS: Links,
        Kind.FACTS: Facts,
        Kind.TIP: TipMatter,
        Kind.ORGANISATION: Organisation,
        Kind.JOURNEY: Journey,
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **models[kind].model_json_schema()}
