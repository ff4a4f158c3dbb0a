"""What holds in every store, said once: whether a turn fits, who may be read for research, when time is up.

Pure functions over values. Where SQL has to say the same in a WHERE, one test class over both stores
compares them.
"""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.conversation.offers import RETEST
from bot.conversation.replies import Turn
from bot.conversation.session import ENDED, Session, Step
from bot.storage.store import Outcome, Saved, SaveTurn

NUDGED = frozenset(Step) - ENDED - {Step.PAUSED}
"""The steps of an interview under way: on a question, or on a page around the questions."""

NO_CONSENT, NO_RESEARCH, WITHDRAWN = "no_consent", "no_research", "withdrawn"

NEVER_CONSENTED = "never_consented"
"""The name of the day's count of sessions that `sweep` erased because nobody agreed to anything."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a session stands in the store."""

    person: str
    turn: int


def fits(
    saved: Saved, turn: Turn, present: str | None, before: Standing | None, after: Standing | None
) -> bool:
    """Say whether the store still stands where the turn began.

    `present` is the id of the person's present session; `before` is where the session of `saved` stands
    now, and `after` is where the session of the turn does.
    """
    still = present is None if saved.session is None else before == Standing(saved.person, saved.turn)
    return still and (not begins(saved, turn) or _free(saved, after))


def _free(saved: Saved, after: Standing | None) -> bool:
    if after is not None and after.person != saved.person:
        raise ValueError("the id of a new session is another person's: two seeds were the same")
    return after is None


def begins(saved: Saved, turn: Turn) -> bool:
    """Say whether a turn begins a session."""
    return turn.session is not None and (saved.session is None or saved.session.id != turn.session.id)


def moved_to(saved: Saved, turn: Turn) -> int:
    """Return how many kept events the turn's session has after it."""
    return (0 if begins(saved, turn) else saved.turn) + turn.event.kept


def in_line(
    line: Sequence[SaveTurn], heard: Container[str], decide: Callable[[SaveTurn], Outcome]
) -> list[Outcome]:
    """Decide turns that follow from one another: nothing can follow from one that isn't stored."""
    known = [save.key in heard for save in line]
    if any(known):  # what was said about the others may have been left to one of these
        return [Outcome.HEARD_BEFORE if one else Outcome.CONFLICT for one in known]
    outcomes: list[Outcome] = []
    for save in line:
        follows = not outcomes or outcomes[-1] is Outcome.STORED
        outcomes.append(decide(save) if follows else Outcome.CONFLICT)
    return outcomes


def is_meant(saved: Saved, session: str | None) -> bool:
    """Say whether a present session is what `load` returns although another one may be named."""
    present = saved.session
    return session is None or (present is not None and (present.id == session or present.step not in ENDED))


def left_by(saved: Saved, turn: Turn, key: str, address: bytes | None = None) -> Saved:
    """Return what the store knows of a person once a turn is stored that erases nothing."""
    if turn.session is None:
        return saved
    moved = begins(saved, turn) or turn.event.kept
    return Saved(
        saved.person,
        turn.session if moved else saved.session,
        moved_to(saved, turn),
        address or saved.address,
        key if moved else saved.last_key,
    )


def excluded(session: Session, mirror: bool | None) -> str | None:  # noqa: FBT001 - three answers, not a switch
    """Say why an interview isn't used for research, or None; `mirror` is the person's last word on it."""
    if session.consent is None:
        return NO_CONSENT
    if not session.research:
        return NO_RESEARCH
    return WITHDRAWN if mirror is False else None


def wishes_retest(session: Session) -> bool:
    """Say whether somebody said yes to being asked again and wasn't yet."""
    wished = session.step is Step.RESULT and session.offers.get(RETEST)
    return bool(wished) and session.asked_again_at is None


def needed_until(session: Session, seen_at: datetime) -> datetime:
    """Return when a session last needed its person's address: at its end, or at the last sign of life."""
    return session.ended_at or seen_at


def fact_name(name: str) -> str:
    """Return the name of a fact; those with an underscore in front are the store's own."""
    if name.startswith("_"):
        raise ValueError(f"the name {name} is the store's own")
    return name
