"""The commands: one file per family, each importing only what it uses."""

import gc
import sys

import typer

COLLECT = 100_000  # a start makes many objects and no garbage; `run` has a rhythm of its own
gc.set_threshold(COLLECT)

from bot import __version__  # noqa: E402 - importing is what makes them
from bot.cli import (  # noqa: E402 - the same
    author,
    backup,
    chat,
    database,
    demo,
    doctor,
    export,
    fit,
    forget,
    invite,
    key,
    migrate,
    report,
    run,
    score,
    staff,
)
from bot.errors import AttuneError  # noqa: E402 - the same

USERS_PROBLEM = 1

app = typer.Typer(
    name="attune",
    help="A chat bot that learns in a dozen taps what moves a person to look after their health.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _version(version: bool = typer.Option(False, "--version", help="Show the version and stop.")) -> None:
    if version:
        typer.echo(f"attune {__version__}")
        raise typer.Exit


for family in (
    demo,
    chat,
    run,
    invite,
    staff,
    author,
    export,
    fit,
    score,
    migrate,
    report,
    doctor,
    backup,
    forget,
    key,
    database,
):
    family.register(app)


def main() -> None:
    """Run a command; a mistake of its user is one sentence, never a traceback."""
    try:
        app()
    except AttuneError as error:
        typer.echo(f"attune: {error}", err=True)
        sys.exit(USERS_PROBLEM)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        gc.freeze()  # what is left goes with the process: looking through it took a tenth of a second
