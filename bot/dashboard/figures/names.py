"""What the rows of the overview's tables are called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.conversation.library import Library
from bot.conversation.scene import Scene
from bot.dashboard.figures.counting import NONE
from bot.questionnaire.model import Texts


@dataclass(frozen=True)
class Names:
    """Names in one language: today's words, or an id where there are none any more."""

    scene: Scene
    library: Library
    weeks: Mapping[str, str]  # their days, by the name of what was published

    def say(self, key: str, /, **values: object) -> str:
        """Return a phrase."""
        return self.scene.say(key, **values)

    def place(self, row: str) -> str:
        """Return a campaign and its source."""
        return self.say("figures.no_invite") if row == NONE else row

    def week(self, row: str) -> str:
        """Return the days of a week, or of several that were published as one."""
        return self.weeks.get(row, row)

    def channel(self, row: str) -> str:
        """Return a way to be interviewed."""
        known = {"telegram", "web", "terminal", "simulated"}
        return self.say(f"figures.channel_{row}") if row in known else row

    def language(self, row: str) -> str:
        """Return a language, in its own words."""
        book = self.library.phrasebook
        return book.say(row, "language.name", {}) if row in book.languages else row

    def reaction(self, row: str) -> str:
        """Return what somebody thought of the tips."""
        return self.say("figures.tips_none" if row == NONE else f"figures.tips_{row}")

    def question(self, row: str) -> str:
        """Return a question, or the page where somebody left."""
        if row in {"before", "after"}:
            return self.say(f"figures.left_{row}")
        questionnaire, _, item = row.partition("/")
        loaded = self.library.questionnaires.get(questionnaire)
        return item if loaded is None else self._texts(questionnaire).items.get(item, item)

    def segment(self, row: str) -> str:
        """Return a segment."""
        if row == NONE:
            return self.say("figures.not_sure")
        questionnaire, _, segment = row.partition("/")
        known = questionnaire in self.library.questionnaires
        words = self._texts(questionnaire).segments.get(segment) if known else None
        return words.name if words else segment

    def has_segments(self, questionnaire: str, segments: Iterable[str]) -> bool:
        """Tell whether a questionnaire has all of these segments."""
        loaded = self.library.questionnaires.get(questionnaire)
        known = loaded.edition.questionnaire.segments if loaded else ()
        return set(segments) <= {one.id for one in known}

    def _texts(self, questionnaire: str) -> Texts:
        edition = self.library.questionnaires[questionnaire].edition
        return edition.texts.get(self.scene.language) or edition.texts[edition.languages[0]]
