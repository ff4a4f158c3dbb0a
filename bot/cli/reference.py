"""The pages of commands and settings, written from the program itself: `python -m bot.cli.reference`.

`docs/commands.md` and `docs/settings.md` are what this prints; a test compares them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from bot.cli import app
from bot.settings import Settings

COMMANDS = Path("docs/commands.md")
SETTINGS = Path("docs/settings.md")


def commands() -> str:
    """Return the page about every command, with its arguments and options."""
    group = typer.main.get_command(app)
    return "\n".join(
        [
            "# Commands",
            "",
            "Every command says the same by `--help`. Exit codes: 0 fine, 1 the user's problem, 2 a wrong",
            "call. Written by `python -m bot.cli.reference`.",
            *(line for name, command in _found(group) for line in _command(name, command)),
            "",
        ]
    )


def _found(group: Any, prefix: str = "attune") -> Iterator[tuple[str, Any]]:
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from _found(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


def _command(name: str, command: Any) -> Iterator[str]:
    yield from ("", f"## `{name}`", "")
    for line in (command.help or "").strip().splitlines():
        text = line.strip()
        yield f"Example: `{text.removeprefix('Example: ')}`" if text.startswith("Example: ") else text
    rows = [row for parameter in command.params if (row := _parameter(parameter))]
    if rows:
        yield from ("", "| argument or option | what it is |", "| --- | --- |", *rows)


def _parameter(parameter: Any) -> str | None:
    if "--help" in parameter.opts:
        return None
    if parameter.param_type_name == "option":
        flag = getattr(parameter, "is_flag", False)
        shown = ", ".join(parameter.opts) + ("" if flag else f" {parameter.metavar or _kind(parameter)}")
    else:
        shown = parameter.metavar or parameter.name.upper()
    words = (getattr(parameter, "help", None) or "").replace("|", "\\|")
    return f"| `{shown.replace('|', '/')}` | {words} |"


def _kind(parameter: Any) -> str:
    """Return what an option takes: its own name, in capitals."""
    return str(parameter.opts[0]).lstrip("-").replace("-", "_").upper()


def settings() -> str:
    """Return the page about every setting."""
    rows = [
        f"| `{name.upper()}` | {_default(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
        if field.description and not name.startswith("xdg_")
    ]
    return "\n".join(
        [
            "# Settings",
            "",
            "From the environment or from a file `.env` in the folder where the program is started;",
            "`.env.example` is one to copy. A secret may stand in a file of its own, named by `NAME_FILE`.",
            "Written by `python -m bot.cli.reference`.",
            "",
            "| setting | if left out | what it is |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


def _default(value: Any) -> str:
    if value is None:
        return ""
    shown = getattr(value, "get_secret_value", lambda: value)()
    return f"`{getattr(shown, 'value', shown)}`"


def main() -> None:
    """Write both pages."""
    COMMANDS.write_text(commands(), encoding="utf-8")
    SETTINGS.write_text(settings(), encoding="utf-8")


if __name__ == "__main__":
    main()
