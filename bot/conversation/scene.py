"""What a page is worded with: content, session and reply, and the few ways to say something."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.conversation.content import Content
from bot.conversation.phrasebook import PLACEHOLDER
from bot.conversation.replies import Button, Entry, Message, Reply
from bot.conversation.route import form_of
from bot.conversation.session import Session
from bot.conversation.taps import Act, token
from bot.questionnaire.model import Form, Texts

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Scene:
    """One page about to be worded; what many of its words need is looked up once."""

    content: Content
    session: Session | None
    reply: Reply

    @property
    def language(self) -> str:
        """Return the language of the page."""
        return self.reply.language

    @property
    def interview(self) -> Session:
        """Return the session, for pages that only an interview has."""
        if self.session is None:
            raise LookupError(f"The page {self.reply.page} belongs to an interview.")
        return self.session

    @cached_property
    def texts(self) -> Texts:
        """Return the edition's texts."""
        return self.content.texts(self.language)

    @cached_property
    def overrides(self) -> Mapping[str, str]:
        """Return the phrases that the questionnaire words differently."""
        return self.texts.phrases

    def say(self, key: str, /, **values: object) -> str:
        """Return a phrase, with the placeholders that are the same everywhere filled."""
        return self._filled(self.content.phrasebook.phrase(self.reply.language, key, self.overrides), values)

    def fill(self, text: str) -> str:
        """Return a text of an author with its placeholders filled."""
        return self._filled(text, {})

    def _filled(self, text: str, values: dict[str, object]) -> str:
        if "{" not in text:
            return text  # most buttons: what the house would fill in isn't even looked up
        known = values if all(name in values for name in PLACEHOLDER.findall(text)) else self._house | values
        return PLACEHOLDER.sub(lambda match: str(known.get(match[1], match[0])), text)

    @cached_property
    def form(self) -> Form:
        """Return the form that is asked."""
        return form_of(self.content.questionnaire, self.session.arm if self.session else {})

    @cached_property
    def _house(self) -> dict[str, object]:
        organisation = self.content.organisation
        return {
            "organisation": organisation.name,
            "emergency": organisation.emergency[0].number,
            "count": self.form.most,
            "age": self.content.questionnaire.consent.minimum_age,
            "answer": self._newest,
            "sign_off": organisation.words(organisation.sign_off, self.language),
        }

    def button(self, key: str, act: Act, arg: str | int = "", **values: object) -> Button:
        """Return a button that belongs to the session at its present revision."""
        return self.tap(self.say(f"button.{key}", **values), act, arg)

    def tap(self, label: str, act: Act, arg: str | int = "") -> Button:
        """Return a button with a label of the questionnaire's own."""
        if self.session is None:
            return Button(label)
        return Button(label, token(self.session.id, self.session.revision, act, arg))

    def marked(self, label: str, *, chosen: bool) -> str:
        """Return a label, with the mark of what was chosen."""
        return self.say("button.chosen", label=label) if chosen else label

    def answer(self, item: str) -> str:
        """Return in words what was answered; what was typed as it is kept."""
        given = self.interview.answers.get(item)
        if given is None or given.choice is None:
            return self.say("check.declined" if given and given.declined else "check.skipped")
        return self.texts.said(self.content.questionnaire.item(item).answers, given.choice)

    @property
    def _newest(self) -> str:
        """Return in words what was answered last."""
        answers = self.session.answers if self.session else {}
        newest = max(answers, key=lambda item: answers[item].at, default=None)
        return "" if newest is None else self.answer(newest)

    def emergency_lines(self) -> str:
        """Return the numbers to call, one a line."""
        organisation = self.content.organisation
        return "\n".join(
            self.say("help.number", label=organisation.words(one.label, self.language), number=one.number)
            for one in organisation.emergency
        )

    def message(self, text: str, *rows: Sequence[Button], entry: Entry | None = None) -> Message:
        """Return the page: its notice on top, its text, and those rows that have something to tap."""
        notice = self.reply.notice
        toast = self.say(f"notice.{notice}") if notice else None
        above = "" if notice in {None, "saved", "skipped", "switched", "rated"} else f"{toast}\n\n"
        shown = tuple(tuple(one for one in row if one.token or one.url or one.copy) for row in rows)
        return Message(
            page=self.reply.page,
            text=f"{above}{text}".strip(),
            rows=tuple(row for row in shown if row),
            toast=toast,
            new=self.reply.new,
            entry=entry,
        )


def joined(*parts: str) -> str:
    """Return paragraphs, empty ones left out."""
    return "\n\n".join(part.strip() for part in parts if part.strip())
