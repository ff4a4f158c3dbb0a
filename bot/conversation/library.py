"""Today's files, loaded once: an edition gets organisation, tips, links and phrases put beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from bot.conversation.content import Content
from bot.conversation.phrasebook import Phrasebook
from bot.organisation.model import Organisation
from bot.questionnaire.load import Loaded
from bot.questionnaire.model import Edition


@dataclass(frozen=True, slots=True)
class Library:
    """Questionnaires and organisations by id, and the house's phrases."""

    questionnaires: Mapping[str, Loaded]
    organisations: Mapping[str, Organisation]
    phrasebook: Phrasebook
    default_questionnaire: str
    bot_link: str | None = None
    free_text: bool = False
    _held: dict[tuple[str, str], Content] = field(init=False, repr=False, compare=False, default_factory=dict)

    @property
    def default_organisation(self) -> str:
        """Return the organisation used where no invite says otherwise."""
        marked = [one.id for one in self.organisations.values() if one.default]
        return marked[0] if marked else next(iter(self.organisations))

    def editions(self) -> tuple[Edition, ...]:
        """Return the current editions."""
        return tuple(loaded.edition for loaded in self.questionnaires.values())

    def content(self, edition: Edition, organisation: str) -> Content:
        """Return an edition with today's organisation, tips, links and phrases: put together once."""
        if organisation not in self.organisations:
            organisation = self.default_organisation
        key = (edition.digest, organisation)
        if key not in self._held:
            self._held[key] = self._put_together(edition, organisation)
        return self._held[key]

    def _put_together(self, edition: Edition, organisation: str) -> Content:
        loaded = self.questionnaires.get(edition.questionnaire.id)
        second = edition.questionnaire.second_part
        follow_up = self.questionnaires.get(second.questionnaire) if second else None
        return Content(
            edition=edition,
            organisation=self.organisations[organisation],
            phrasebook=self.phrasebook,
            tips=loaded.tips if loaded else {},
            links=loaded.links if loaded else {},
            free_text=self.free_text,
            second=follow_up.edition if follow_up else None,
            share_link=self.bot_link,
        )

    def cast(self, questionnaire: str, organisation: str | None = None) -> Self:
        """Return the library with another default questionnaire and, where given, organisation."""
        organisations = self.organisations
        if organisation is not None and organisation in organisations:
            organisations = {
                key: one.model_copy(update={"default": key == organisation})
                for key, one in organisations.items()
            }
        return replace(self, default_questionnaire=questionnaire, organisations=organisations)
