"""The answer table: the answers of a session in columns, changed in the very transaction of the turn.

It is a projection of the event log and nothing else: what stands there is what the fold of the log says.
Numbers of choices come from the edition that the session began with.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from bot.conversation.session import Answer, Session
from bot.questionnaire.model import Edition, Questionnaire
from bot.storage import tables
from bot.storage.wide_rows import Wide, Write

ANSWERED, SKIPPED, DECLINED = "answered", "skipped", "declined"

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Values:
    """The numbers of an edition's choices, by item and choice; none of answers of another kind."""

    of: Mapping[str, Mapping[str, int]]

    @classmethod
    def read(cls, questionnaire: Questionnaire) -> "Values":
        """Return the numbers of a questionnaire's choices; items share those of their answer scale."""
        scales = {
            name: {choice.id: choice.value for choice in scale.scored}
            for name, scale in questionnaire.answers.items()
        }
        return cls({item.id: scales[item.answers] for item in questionnaire.items})


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the rows of interviews with one edition are made with."""

    values: Values
    write: Write | None  # none: nothing is kept for the wide table


@dataclass(frozen=True, slots=True)
class Editions:
    """What was prepared of each edition that a turn was taken with."""

    wide: Wide | None
    known: dict[str, Prepared] = field(default_factory=dict)

    def prepare(self, body: str) -> Prepared:
        """Prepare an edition, from its JSON."""
        edition = Edition.model_validate_json(body)
        write = self.wide.of(edition) if self.wide else None
        self.known[edition.digest] = made = Prepared(Values.read(edition.questionnaire), write)
        return made


def of_edition(connection: Connection, editions: Editions, digest: str) -> Prepared:
    """Return what the rows of interviews with an edition are made with, prepared where it isn't yet."""
    known = editions.known.get(digest)
    if known is not None:
        return known
    body = connection.scalar(select(tables.edition.c.body).where(tables.edition.c.digest == digest))
    if body is None:
        raise ValueError("a session's edition must be kept before the session")
    return editions.prepare(body)


def changed(before: Session | None, after: Session, values: Values) -> Iterator[Row]:
    """Yield the rows of the answers that a turn brought or changed."""
    known: Mapping[str, Answer] = before.answers if before and before.id == after.id else {}
    for item, answer in after.answers.items():
        if known.get(item) != answer:
            yield {
                "session_id": after.id,
                "item_id": item,
                "choice": answer.choice,
                "value": None if answer.choice is None else values.of[item].get(answer.choice),
                "state": _state(answer),
                "at": answer.at,
                "edits": answer.edits,
            }


def _state(answer: Answer) -> str:
    if answer.choice is not None:
        return ANSWERED
    return DECLINED if answer.declined else SKIPPED


def removed(before: Session | None, after: Session) -> Iterator[Row]:
    """Yield the keys of the rows of answers that a turn took away."""
    if before and before.id == after.id:
        for item in before.answers.keys() - after.answers.keys():
            yield {"b_session_id": after.id, "b_item_id": item}
