"""`attune migrate-sessions`: open interviews of an older edition, taken to today's; nothing moves unasked."""

import asyncio
import getpass
import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import OperatorError

if TYPE_CHECKING:
    from bot.conversation.moving import Move
    from bot.questionnaire.model import Edition
    from bot.storage.store import Saved
    from bot.turns import Desk

USAGE = 2
KINDS = ("safe", "re-score", "re-ask")
MEANING = {
    "safe": "nothing that was asked or counts has changed: they go on as they are",
    "re-score": "every answer carries over; the result will be made in today's way",
    "re-ask": "some answers don't carry over, and are asked again where they are still wanted",
    "stay": "they end on the edition they began with",
}
AUDIT = "migration"
"""The kind of record that an applied migration leaves."""

Questionnaire = Annotated[str, typer.Argument(help="The questionnaire's id.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print it for a program.")]

migrations = typer.Typer(no_args_is_help=True, help="Take open interviews of an older edition to today's.")


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(migrations, name="migrate-sessions")


@migrations.command()
def plan(questionnaire: Questionnaire, *, as_json: AsJson = False) -> None:
    """Count what would become of each open interview; nothing is changed.

    Example: attune migrate-sessions plan health-mindset
    """
    _tell(asyncio.run(_run(questionnaire, frozenset())), as_json=as_json)


@migrations.command()
def apply(
    questionnaire: Questionnaire,
    *,
    only: Annotated[
        str, typer.Option("--only", help="What to move, with commas: safe, re-score, re-ask.")
    ] = "safe",
    yes: Annotated[
        bool, typer.Option("--yes", help="Really move them; without it, it is a dry run.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Move open interviews to today's edition: a dry run, until you say --yes.

    Who is asked again meets the question at their next tap; nobody is written to. Answers that don't carry
    over stay in the log of the interview, and in exports of earlier moments.

    Example: attune migrate-sessions apply health-mindset --only safe,re-score --yes
    """
    wanted = frozenset(kind.strip() for kind in only.split(","))
    if not wanted <= set(KINDS):
        typer.echo(f"attune: --only takes {', '.join(KINDS)}.", err=True)
        raise typer.Exit(USAGE)
    found = asyncio.run(_run(questionnaire, wanted if yes else frozenset()))
    _tell(found, as_json=as_json, dry=None if yes else wanted)


@dataclass(slots=True)
class Found:
    """What was counted, and what was done."""

    questionnaire: str
    edition: str
    version: str
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)  # why some stay
    again: Counter[str] = field(default_factory=Counter)  # items whose answers don't carry over
    moved: Counter[str] = field(default_factory=Counter)
    busy: int = 0  # somebody answered at that very moment: still where they were

    def meet(self, move: "Move") -> None:
        """Count an interview."""
        self.kinds[move.kind.value] += 1
        if move.event is None:
            self.reasons[move.why] += 1
        else:
            self.again.update(move.event.again)

    def as_json(self) -> Mapping[str, object]:
        """Return it for a program, and for the record."""
        return {
            "questionnaire": self.questionnaire,
            "edition": self.edition,
            "version": self.version,
            "open": {kind: self.kinds[kind] for kind in MEANING},
            "stay_because_of": dict(sorted(self.reasons.items())),
            "asked_again": dict(sorted(self.again.items())),
            "moved": dict(sorted(self.moved.items())),
            "busy": self.busy,
        }


async def _run(questionnaire: str, wanted: frozenset[str]) -> Found:
    from bot.cli.roof import open_desk  # noqa: PLC0415 - `attune --help` stays quick
    from bot.settings import Settings  # noqa: PLC0415 - the same

    async with open_desk(Settings.read()) as desk:
        return await migrate(desk, questionnaire, wanted)


async def migrate(desk: "Desk", questionnaire: str, wanted: frozenset[str]) -> Found:
    """Class every open interview of an older edition, and move those of the kinds wanted; record it."""
    loaded = desk.library.questionnaires.get(questionnaire)
    if loaded is None:
        known = ", ".join(desk.library.questionnaires)
        raise OperatorError(f"There is no questionnaire {questionnaire}.", remedy=f"There is: {known}.")
    found = Found(questionnaire, loaded.edition.digest, loaded.edition.questionnaire.version)
    async for saved, one in _moves(desk, loaded.edition):
        found.meet(one)
        if one.event is not None and one.kind.value in wanted:
            await _apply(desk, saved, one, found)
    if wanted:
        from bot.storage.chain import append  # noqa: PLC0415 - `attune --help` stays quick

        at = desk.clock().isoformat(timespec="seconds")
        await append(desk.store, AUDIT, {"at": at, "who": getpass.getuser(), **found.as_json()})
    return found


async def _moves(desk: "Desk", new: "Edition") -> AsyncIterator[tuple["Saved", "Move"]]:
    """Yield every open interview of another edition with what would become of it."""
    from bot.conversation.moving import move  # noqa: PLC0415 - `attune --help` stays quick

    editions: dict[str, Edition] = {}
    after = ""
    while page := await desk.store.open_elsewhere(new.questionnaire.id, new.digest, after=after):
        for saved in page:
            session = saved.session
            assert session is not None  # noqa: S101 - the store returns interviews
            after = session.id
            if session.edition not in editions:
                old = await desk.store.edition(session.edition)
                if old is None:
                    raise OperatorError(f"The edition {session.edition[:12]} isn't in the database.")
                editions[session.edition] = old
            yield saved, move(editions[session.edition], new, session, desk.clock())


async def _apply(desk: "Desk", saved: "Saved", one: "Move", found: Found) -> None:
    from bot.conversation.replies import Turn  # noqa: PLC0415 - `attune --help` stays quick
    from bot.storage.store import Outcome  # noqa: PLC0415 - the same

    event = one.event
    assert event is not None  # noqa: S101 - those that stay aren't applied
    key = f"moved:{desk.keys.log_id(f'{event.edition}:{event.session.id}:{saved.turn}')}"
    outcome = await desk.store.save(saved, Turn(event.session, event, ()), key)
    if outcome is Outcome.STORED:
        found.moved[one.kind.value] += 1
    else:
        found.busy += 1


def _tell(found: Found, *, as_json: bool, dry: frozenset[str] | None = frozenset()) -> None:
    """Say what was counted, and what was done; nothing is `dry` of a plan, all is done where it is None."""
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2))
        return
    today = f"today's edition of {found.questionnaire} ({found.version}, {found.edition[:12]})"
    if not found.kinds:
        typer.echo(f"Every open interview is on {today}: there is nothing to move.")
        return
    typer.echo(f"Open interviews that began before {today}: {found.kinds.total()}.")
    for kind, meaning in MEANING.items():
        typer.echo(f"  {found.kinds[kind]:>6}  {kind:<9} {meaning}")
    for title, counted in (("They stay because of", found.reasons), ("Asked again, by item", found.again)):
        if counted:
            typer.echo(f"{title}: {', '.join(f'{name} ({n})' for name, n in sorted(counted.items()))}")
    _tell_moved(found, dry)


def _tell_moved(found: Found, dry: frozenset[str] | None) -> None:
    if dry is None:
        typer.echo(f"Moved: {found.moved.total()}.")
        if found.busy:
            typer.echo(f"{found.busy} answered at that very moment: run it again for them.")
        return
    kinds = ",".join(kind for kind in KINDS if (kind in dry if dry else found.kinds[kind]))
    would = sum(found.kinds[kind] for kind in dry)
    typer.echo(f"Nothing was moved. With --yes: {would}." if dry else "Nothing was moved: this is a plan.")
    if not dry and kinds:
        typer.echo(f"To move them: attune migrate-sessions apply {found.questionnaire} --only {kinds} --yes")
    elif any(found.kinds[kind] for kind in KINDS if kind not in dry):
        typer.echo(f"Only {kinds} would be moved; --only takes {', '.join(KINDS)}, joined by commas.")
