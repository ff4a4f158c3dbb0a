"""`responses_wide.csv`: one row for each interview."""

from bot.questionnaire.model import Questionnaire
from bot.research.columns import Column, Table, Type, Value, known, moment
from bot.research.layout import Layout
from bot.research.parts import GROUPS, TICKED, Part, having, parts, said
from bot.research.response import Response, State, Status, milliseconds
from bot.scoring.scales import DECLINED, NOT_ASKED, SKIPPED, TOO_FEW, WITHHELD

FILE = "responses_wide.csv"
STATUSES = (
    (Status.COMPLETE, "the result was shown"),
    (Status.PARTIAL, "paused, or still under way"),
    (Status.STOPPED, "the person left for good"),
)
NO_YES = ((0, "no"), (1, "yes"))

_Wide = Column[Response]


def wide(layout: Layout) -> Table[Response]:
    """Return the wide table of a layout."""
    columns = (*WHO, *WHEN, *_items(layout), *_scales(layout), *_segments(layout))
    return Table(FILE, columns, lambda response: (response,))


def _arm(response: Response) -> Value:
    return "|".join(f"{name}={arm}" for name, arm in sorted(response.session.arm.items())) or NOT_ASKED


def _version(response: Response) -> Value:
    return response.edition.questionnaire.version


def _consent_digest(response: Response) -> Value:
    consent = response.session.consent
    return consent.digest if consent else NOT_ASKED


def _consent_language(response: Response) -> Value:
    consent = response.session.consent
    return consent.language if consent else NOT_ASKED


def _consented_at(response: Response) -> Value:
    consent = response.session.consent
    return moment(consent.at if consent else None)


WHO: tuple[_Wide, ...] = (
    _Wide("response_id", "The interview, a random code.", Type.STRING, lambda r: r.stored.response_id),
    _Wide("person_id", "The person, a random code.", Type.STRING, lambda r: r.stored.person_id),
    _Wide(
        "follows",
        "The response_id of the first part, where this is a second part.",
        Type.STRING,
        lambda r: known(r.stored.follows),
        missing=(NOT_ASKED,),
    ),
    _Wide("questionnaire_id", "The questionnaire.", Type.STRING, lambda r: r.session.questionnaire),
    _Wide("questionnaire_version", "The version its authors gave it.", Type.STRING, _version),
    _Wide("edition_sha256", "Its exact content.", Type.STRING, lambda r: r.session.edition),
    _Wide("channel", "How the person was reached.", Type.STRING, lambda r: r.session.channel),
    _Wide("language", "The language chosen last.", Type.STRING, lambda r: r.session.language),
    _Wide(
        "organisation",
        "Who asked.",
        Type.STRING,
        lambda r: r.session.organisation,
        missing=(WITHHELD,),
    ),
    _Wide(
        "invite",
        "The code of the link that the person came by.",
        Type.STRING,
        lambda r: known(r.session.invite),
        missing=(NOT_ASKED, WITHHELD),
    ),
    _Wide(
        "arm",
        "What chance or the person decided about it, as name=arm, joined by |.",
        Type.STRING,
        _arm,
        missing=(NOT_ASKED,),
    ),
    _Wide("consent_sha256", "The text that was agreed to.", Type.STRING, _consent_digest),
    _Wide("consent_language", "The language it was read in.", Type.STRING, _consent_language),
    _Wide("consented_at", "When it was agreed to.", Type.DATETIME, _consented_at),
    _Wide(
        "research_at",
        "When research use was last switched on.",
        Type.DATETIME,
        lambda r: moment(r.session.research_at),
    ),
)
"""Who answered what, for whom, and what they agreed to."""

WHEN: tuple[_Wide, ...] = (
    _Wide("started_at", "When it began.", Type.DATETIME, lambda r: moment(r.session.began_at)),
    _Wide(
        "completed_at",
        "When the result was shown.",
        Type.DATETIME,
        lambda r: moment(r.completed_at, SKIPPED),
        missing=(SKIPPED,),
    ),
    _Wide("status", "How far the interview came.", Type.STRING, lambda r: r.status, values=STATUSES),
    _Wide(
        "duration_s",
        "Seconds from started_at to completed_at, else to the last thing the person did; pauses count.",
        Type.NUMBER,
        lambda r: milliseconds(r.duration) / 1000,
    ),
    _Wide(
        "n_asked",
        "Items shown that still apply.",
        Type.INTEGER,
        lambda r: r.count(State.ANSWERED, State.SKIPPED, State.DECLINED, State.ABANDONED),
    ),
    _Wide("n_answered", "Of these, answered.", Type.INTEGER, lambda r: r.count(State.ANSWERED)),
    _Wide("n_skipped", "Of these, skipped.", Type.INTEGER, lambda r: r.count(State.SKIPPED)),
    _Wide("n_edits", "How often an answer was changed.", Type.INTEGER, lambda r: r.edits),
)
"""When, how far and with how much trouble."""


def _items(layout: Layout) -> tuple[_Wide, ...]:
    return tuple(_item(layout, part) for item in layout.items for part in parts(layout, item))


def _item(layout: Layout, part: Part) -> _Wide:
    edition = layout.items[part.item]
    values: tuple[tuple[Value, str], ...] = TICKED if part.choice else GROUPS if part.group else ()
    declines = any(one.questionnaire.item(part.item).prefer_not_to_say for one in having(layout, part.item))
    return _Wide(
        part.name,
        edition.texts[edition.languages[0]].items[part.item],
        part.type,
        lambda r: _says(r, part),
        values,
        (NOT_ASKED, *([DECLINED] if declines else []), SKIPPED, WITHHELD),
        part.choice,
        part.item,
    )


def _says(response: Response, part: Part) -> str:
    cell = response.by_item.get(part.item)
    if cell is None:
        return str(NOT_ASKED)
    if cell.state is not State.ANSWERED or cell.choice is None:
        return str(cell.missing)
    return said(part, response.edition.questionnaire.answered(part.item), cell.choice)


def _scales(layout: Layout) -> tuple[_Wide, ...]:
    return tuple(_scale(layout, scale) for scale in layout.scales)


def _scale(layout: Layout, scale: str) -> _Wide:
    def read(response: Response) -> Value:
        found = response.scores.get(scale)
        if found is None:
            return NOT_ASKED
        return found.missing if found.missing is not None else _number(found.value)

    name = layout.scale(scale).name
    return _Wide(scale, name, Type.NUMBER, read, missing=(NOT_ASKED, TOO_FEW, WITHHELD), scale=scale)


def _number(value: float | None) -> float:
    if value is None:
        raise ValueError("a score has neither a value nor a reason for having none")
    return value


def _segments(layout: Layout) -> tuple[_Wide, ...]:
    names = tuple((segment, layout.segment(segment).name) for segment in layout.segments)
    gone = (NOT_ASKED, TOO_FEW)
    return (
        _Wide("segment", "The segment that was shown.", Type.STRING, _segment, names, gone),
        _Wide("runner_up", "The second most probable one.", Type.STRING, _runner_up, names, gone),
        *(_probability(layout, segment) for segment in layout.segments),
        _Wide("unsure", "'Not sure' was shown.", Type.INTEGER, _unsure, NO_YES, gone),
        _Wide(
            "correction",
            "The segment that the person said fits better.",
            Type.STRING,
            lambda r: known(r.session.correction),
            names,
            (NOT_ASKED,),
        ),
    )


def _probability(layout: Layout, segment: str) -> _Wide:
    def read(response: Response) -> Value:
        if response.verdict is None:
            return no_verdict(response)
        return response.verdict.probabilities.get(segment, NOT_ASKED)

    label = f"P({layout.segment(segment).name})"
    return _Wide(f"p_{segment}", label, Type.NUMBER, read, missing=(NOT_ASKED, TOO_FEW), segment=segment)


def no_verdict(response: Response) -> int:
    """Return why there is no verdict: no segments or no result yet, or too few answers for one."""
    asked = response.status is Status.COMPLETE and _has_segments(response.edition.questionnaire)
    return TOO_FEW if asked else NOT_ASKED


def _has_segments(questionnaire: Questionnaire) -> bool:
    return questionnaire.model is not None and bool(questionnaire.segments)


def _segment(response: Response) -> Value:
    return response.verdict.segment if response.verdict else no_verdict(response)


def _runner_up(response: Response) -> Value:
    return known(response.verdict.runner_up) if response.verdict else no_verdict(response)


def _unsure(response: Response) -> Value:
    return int(response.verdict.unsure) if response.verdict else no_verdict(response)
