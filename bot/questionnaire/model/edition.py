"""What the other rooms receive: one exact content of a questionnaire, in all its languages."""

from bot.questionnaire.model.answers import ticked
from bot.questionnaire.model.locale import ConsentText, LocaleStatus, ScaleText, SegmentText
from bot.questionnaire.model.primitives import Id, Language, Model, Text
from bot.questionnaire.model.questionnaire import Questionnaire


class Texts(Model):
    """Every text of one edition in one language, whatever file it came from."""

    title: Text
    summary: Text
    consent: ConsentText
    prompts: dict[Id, Text | None]
    labels: dict[Id, dict[Id, Text]]
    items: dict[Id, Text]
    scales: dict[Id, ScaleText]
    segments: dict[Id, SegmentText]
    phrases: dict[str, Text]
    status: LocaleStatus

    def said(self, answers: str, stored: str) -> str:
        """Return an answer in words, by the name of how it is answered: labels, or what was typed."""
        labels = self.labels[answers]
        return ", ".join([labels[one] for one in ticked(stored)]) if labels else stored


class Edition(Model):
    """One exact content of a questionnaire: what a session ends on because it began with it."""

    digest: str
    """SHA-256 of the canonical JSON of questionnaire and texts, in hex."""
    questionnaire: Questionnaire
    texts: dict[Language, Texts]

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages it can be asked in, its own first."""
        return self.questionnaire.languages
