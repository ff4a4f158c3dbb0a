"""`scores.csv`: a row for each scale, each segment, and each mark of quality of an interview."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.research.columns import Column, Table, Type, Value
from bot.research.response import Response, State
from bot.scoring.quality import FLAGS, Marks
from bot.scoring.scales import NOT_ASKED, TOO_FEW, WITHHELD, ScaleScore

SCALE, SEGMENT, QUALITY, FLAG = "scale", "segment", "quality", "flag"


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One scale, segment or mark of quality of one response."""

    response: Response
    kind: str
    measure: str
    score: ScaleScore


def _scores(response: Response) -> Iterator[ScoreRow]:
    for scale, found in response.scores.items():
        yield ScoreRow(response, SCALE, scale, found)
    answered = response.count(State.ANSWERED)
    asked = response.count(State.ANSWERED, State.SKIPPED, State.DECLINED, State.ABANDONED)
    if response.verdict is not None:
        for segment, probability in response.verdict.probabilities.items():
            yield ScoreRow(response, SEGMENT, segment, ScaleScore(probability, None, answered, asked))
    for kind, measure, value, missing in quality(response.marks, answered):
        yield ScoreRow(response, kind, measure, ScaleScore(value, missing, answered, asked))


MEASURED = ("long_string", "median_seconds", "person_fit")
"""What is measured of the answers as a whole, and marked where it passes the questionnaire's threshold."""


def quality(found: Marks, answered: int) -> Iterator[tuple[str, str, float | int | None, int | None]]:
    """Yield what was measured of an interview and each mark: kind, measure, value, or why there is none."""
    none = TOO_FEW if answered else NOT_ASKED
    measured = (found.long_string if answered else None, found.median_seconds, found.person_fit)
    for measure, value in zip(MEASURED, measured, strict=True):
        yield QUALITY, measure, value, none if value is None else None
    for flag in FLAGS:
        yield FLAG, f"flag_{flag}", int(flag in found.flags) if answered else None, None if answered else none


def _value(row: ScoreRow) -> Value:
    return _or_missing(row, row.score.value)


def _t(row: ScoreRow) -> Value:
    return _or_missing(row, row.score.t)


def _or_missing(row: ScoreRow, value: float | None) -> Value:
    if row.score.missing is not None:
        return row.score.missing
    return NOT_ASKED if value is None else value


_Score = Column[ScoreRow]

SCORES: Table[ScoreRow] = Table(
    "scores.csv",
    (
        _Score("response_id", "The interview.", Type.STRING, lambda r: r.response.stored.response_id),
        _Score(
            "kind",
            "What is scored.",
            Type.STRING,
            lambda r: r.kind,
            (
                (SCALE, "a scale"),
                (SEGMENT, "the probability of a segment"),
                (QUALITY, "what is measured of the answers as a whole"),
                (FLAG, "whether that is marked as odd: 0 or 1"),
            ),
        ),
        _Score(
            "measure",
            "The id of the scale or segment; or long_string, median_seconds, person_fit, and their marks.",
            Type.STRING,
            lambda r: r.measure,
        ),
        _Score(
            "value",
            "The score, reversed items reversed; the probability; what was measured; or the mark.",
            Type.NUMBER,
            _value,
            missing=(NOT_ASKED, TOO_FEW, WITHHELD),
        ),
        _Score(
            "t",
            "The T score, where there are norms.",
            Type.NUMBER,
            _t,
            missing=(NOT_ASKED, TOO_FEW, WITHHELD),
        ),
        _Score("answered", "Items answered that count for it.", Type.INTEGER, lambda r: r.score.answered),
        _Score(
            "asked", "Items that the form asks of this person for it.", Type.INTEGER, lambda r: r.score.asked
        ),
        _Score(
            "missing",
            "0, or the code that says why there is no value.",
            Type.INTEGER,
            lambda r: r.score.missing or 0,
            ((0, "there is a value"),),
            (NOT_ASKED, TOO_FEW, WITHHELD),
        ),
        _Score(
            "edition_sha256",
            "The edition, and so its model.",
            Type.STRING,
            lambda r: r.response.session.edition,
        ),
    ),
    _scores,
)
