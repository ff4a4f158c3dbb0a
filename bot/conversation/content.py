"""What an interview is held with: an edition, an organisation, and the tips, links and phrases of today.

The edition is pinned when a session begins. Organisation, tips, links and phrases are never pinned: what
must be right today comes from the current files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.conversation.phrasebook import Phrasebook
from bot.organisation.model import Organisation
from bot.questionnaire.model import Edition, Link, Questionnaire, Texts, Tip

TipKey = tuple[str, str, str]
"""Voice, topic, language."""


@dataclass(frozen=True)
class Content:
    """Everything that `understand`, `advance` and `word` need to know besides the session."""

    edition: Edition
    organisation: Organisation
    phrasebook: Phrasebook
    tips: Mapping[TipKey, Tip] = field(default_factory=dict)
    links: Mapping[str, tuple[Link, ...]] = field(default_factory=dict)
    free_text: bool = False  # the operator lets people answer in their own words
    second: Edition | None = None  # the current edition of the second part
    share_link: str | None = None  # the address that is passed on
    code: str | None = None  # what this person may quote when they write to us

    @property
    def questionnaire(self) -> Questionnaire:
        """Return the questionnaire."""
        return self.edition.questionnaire

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Return the languages that questionnaire and house both speak, the questionnaire's own first."""
        spoken = tuple(tag for tag in self.edition.languages if tag in self.phrasebook.languages)
        return spoken or (self.edition.languages[0],)

    def texts(self, language: str) -> Texts:
        """Return the edition's texts in a language, else in its own."""
        return self.edition.texts.get(language) or self.edition.texts[self.edition.languages[0]]

    def spoken(self, wish: str | None) -> str:
        """Return the language nearest to the one a phone or browser wished for."""
        if wish in self.languages:
            return wish
        base = (wish or "").split("-")[0].lower()
        return next((tag for tag in self.languages if tag.split("-")[0] == base), self.languages[0])
