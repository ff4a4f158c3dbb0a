"""`Questionnaire.ndjson` and `QuestionnaireResponse.ndjson`: FHIR R4, one resource on a line.

Law (12 of the house): a segment changes wording only, so nothing here carries one. Clinical systems read
these files; only answers and scale scores are in them. A person is a random code; there is no Patient.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.questionnaire.model import (
    AnyAnswers,
    DateAnswer,
    Edition,
    Item,
    NumberAnswer,
    Scale,
    SeveralChoices,
    ShowIf,
    TextAnswer,
)
from bot.research.draft import CODES, Draft
from bot.research.wide import FILE as WIDE
from bot.scoring.scales import DECLINED, NOT_ASKED, SKIPPED, WITHHELD

QUESTIONNAIRES, RESPONSES = "Questionnaire.ndjson", "QuestionnaireResponse.ndjson"
SYSTEM = "urn:attune"  # our own names, which resolve to nothing and stand for nobody else's
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
TRANSLATION = "http://hl7.org/fhir/StructureDefinition/translation"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
REASONS = {NOT_ASKED: "not-asked", DECLINED: "asked-declined", SKIPPED: "asked-unknown", WITHHELD: "masked"}
GROUP, SCALE = ".scales", "scale."
"""The link id of the group of scale scores, and what stands before a scale's: with a dot, no item's id."""

_ODD = re.compile(r"[^A-Za-z0-9.-]+")
_STATUS = {"complete": "completed", "partial": "in-progress", "stopped": "stopped"}
_ANSWER = ("extension", "system", "code", "display")
Json = dict[str, Any]


def write(draft: Draft) -> Sequence[str]:
    """Write both files."""
    with (draft.folder / QUESTIONNAIRES).open("w", encoding="utf-8", newline="\n") as file:
        for edition in draft.layout.editions:
            file.write(_line(questionnaire(edition)))
    of = {edition.digest: Responses(edition) for edition in draft.layout.editions}
    names = [column.name for column in draft.tables[WIDE]]
    with (draft.folder / RESPONSES).open("w", encoding="utf-8", newline="\n") as file:
        for record in draft.records(WIDE):
            row = dict(zip(names, record, strict=True))
            file.write(_line(of[row["edition_sha256"]].resource(row)))
    return [QUESTIONNAIRES, RESPONSES]


def _line(resource: Json) -> str:
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":")) + "\n"


# ---------------------------------------------------------------- the questionnaire


def canonical(edition: Edition) -> tuple[str, str]:
    """Return the address and the version by which responses name the questionnaire."""
    asked = edition.questionnaire
    version = _ODD.sub("-", asked.version)  # a reference can hold no space
    return f"{SYSTEM}:questionnaire:{asked.id}", f"{version}+{edition.digest[:12]}"


def questionnaire(edition: Edition) -> Json:
    """Return a questionnaire as a resource."""
    asked, (url, version) = edition.questionnaire, canonical(edition)
    return {
        "resourceType": "Questionnaire",
        "id": f"{asked.id}-{edition.digest[:12]}",
        "language": edition.languages[0],
        "url": url,
        "identifier": [{"system": f"{SYSTEM}:edition", "value": edition.digest}],
        "version": version,
        "name": _name(asked.id),
        **_translated("title", {each: edition.texts[each].title for each in edition.languages}),
        "status": "active",
        "subjectType": ["Patient"],
        **_translated("description", {each: edition.texts[each].summary for each in edition.languages}),
        "copyright": asked.licence,
        "item": [*(_item(edition, item) for item in asked.items), *_scales(edition)],
    }


def _name(questionnaire_id: str) -> str:
    """Return a name as a program may have it: a capital letter, then letters, digits and underscores."""
    return "".join(part.capitalize() for part in questionnaire_id.split("-"))


def _translated(field: str, texts: Mapping[str, str]) -> Json:
    """Return a text, with its translations as extensions of it."""
    (_, own), *others = texts.items()
    extensions = [
        {
            "url": TRANSLATION,
            "extension": [{"url": "lang", "valueCode": language}, {"url": "content", "valueString": text}],
        }
        for language, text in others
    ]
    return {field: own, **({f"_{field}": {"extension": extensions}} if extensions else {})}


def _item(edition: Edition, item: Item) -> Json:
    condition = {} if item.show_if is None else _condition(edition, item.show_if)
    return {
        "linkId": item.id,
        **_translated("text", {each: edition.texts[each].items[item.id] for each in edition.languages}),
        "type": _type(edition.questionnaire.answered(item.id)),
        **condition,
        "required": item.required,
        **_ways(edition, item),
    }


def _type(answers: AnyAnswers) -> str:
    match answers:
        case NumberAnswer(decimals=decimals):
            return "decimal" if decimals else "integer"
        case DateAnswer():
            return "date"
        case TextAnswer():
            return "text"
        case _:
            return "choice"


def _ways(edition: Edition, item: Item) -> Json:
    """Return what can be chosen, and how often; or how long words may be."""
    answers = edition.questionnaire.answered(item.id)
    if isinstance(answers, TextAnswer):
        return {"maxLength": answers.max_length}
    if not answers.choices:
        return {}
    codings = _codings(edition, item.answers, edition.languages[0])
    several = {"repeats": True} if isinstance(answers, SeveralChoices) else {}
    return {**several, "answerOption": [{"valueCoding": coding} for coding in codings]}


def _condition(edition: Edition, condition: ShowIf) -> Json:
    answers = edition.questionnaire.item(condition.item).answers
    codings = {
        one["code"]: {"system": one["system"], "code": one["code"]} for one in _codings(edition, answers, "")
    }
    enable = [
        {"question": condition.item, "operator": "=", "answerCoding": codings[choice]}
        for choice in condition.any_of
    ]
    return {"enableWhen": enable, **({"enableBehavior": "any"} if len(enable) > 1 else {})}


def _codings(edition: Edition, answers: str, language: str) -> Iterator[Json]:
    texts = edition.texts.get(language) or edition.texts[edition.languages[0]]
    others = [each for each in edition.languages if edition.texts[each] is not texts]
    for choice in edition.questionnaire.answers[answers].choices:
        labels = {"": texts.labels[answers][choice.id]}
        labels |= {each: edition.texts[each].labels[answers][choice.id] for each in others}
        yield {
            "extension": [{"url": ORDINAL, "valueDecimal": choice.value}],
            "system": f"{SYSTEM}:answers:{edition.questionnaire.id}:{answers}",
            "code": choice.id,
            **_translated("display", labels),
        }


def _scales(edition: Edition) -> list[Json]:
    scales = edition.questionnaire.scales
    if not scales:
        return []
    return [
        {
            "linkId": GROUP,
            "type": "group",
            "readOnly": True,
            "item": [_scale(edition, scale) for scale in scales],
        }
    ]


def _scale(edition: Edition, scale: Scale) -> Json:
    names = {each: edition.texts[each].scales[scale.id].name for each in edition.languages}
    return {
        "linkId": SCALE + scale.id,
        **_translated("text", names),
        "type": "decimal",
        "readOnly": True,
    }


# ---------------------------------------------------------------- the responses


class Responses:
    """Turns rows of the wide table into resources, for one edition."""

    def __init__(self, edition: Edition) -> None:
        self._edition = edition
        self._questionnaire = "|".join(canonical(edition))
        self._coded: dict[tuple[str, str], dict[str, Json]] = {}

    def resource(self, row: Mapping[str, str]) -> Json:
        """Return a row as a resource."""
        finished = row["completed_at"] if row["completed_at"] not in CODES else row["started_at"]
        return {
            "resourceType": "QuestionnaireResponse",
            "id": row["response_id"],
            "language": row["language"],
            "identifier": {"system": f"{SYSTEM}:response", "value": row["response_id"]},
            "questionnaire": self._questionnaire,
            "status": _STATUS[row["status"]],
            "subject": {"identifier": {"system": f"{SYSTEM}:person", "value": row["person_id"]}},
            "authored": finished,
            "item": [*self._answers(row), *self._scores(row)],
        }

    def _answers(self, row: Mapping[str, str]) -> Iterator[Json]:
        for item in self._edition.questionnaire.items:
            answers = self._edition.questionnaire.answered(item.id)
            if isinstance(answers, TextAnswer):
                continue  # own words don't leave the house
            first = f"{item.id}__{answers.choices[0].id}" if isinstance(answers, SeveralChoices) else item.id
            if row[first] in CODES:
                yield _absent(item.id, row[first])
            else:
                yield {"linkId": item.id, "answer": list(self._answer(item, answers, row))}

    def _answer(self, item: Item, answers: AnyAnswers, row: Mapping[str, str]) -> Iterator[Json]:
        match answers:
            case NumberAnswer(decimals=decimals):
                cell = row[item.id]
                yield {"valueDecimal": float(cell)} if decimals else {"valueInteger": int(cell)}
            case DateAnswer():
                yield {"valueDate": row[item.id]}
            case SeveralChoices():
                codings = self._codings(item.answers, row["language"])
                for choice in answers.choices:
                    if row[f"{item.id}__{choice.id}"] == "1":
                        yield {"valueCoding": codings[str(choice.value)]}
            case _:
                yield {"valueCoding": self._codings(item.answers, row["language"])[row[item.id]]}

    def _codings(self, answers: str, language: str) -> dict[str, Json]:
        """Return each choice by its number, in the language of the interview, without translations."""
        known = self._coded.get((answers, language))
        if known is None:
            known = self._coded[answers, language] = {
                str(one["extension"][0]["valueDecimal"]): {key: one[key] for key in _ANSWER}
                for one in _codings(self._edition, answers, language)
            }
        return known

    def _scores(self, row: Mapping[str, str]) -> Iterator[Json]:
        scores = [
            _absent(SCALE + scale.id, row[scale.id])
            if row[scale.id] in CODES
            else {"linkId": SCALE + scale.id, "answer": [{"valueDecimal": float(row[scale.id])}]}
            for scale in self._edition.questionnaire.scales
        ]
        if scores:
            yield {"linkId": GROUP, "item": scores}


def _absent(link: str, code: str) -> Json:
    reason = {"url": ABSENT, "valueCode": REASONS[int(code)]}
    return {"extension": [reason], "linkId": link}
