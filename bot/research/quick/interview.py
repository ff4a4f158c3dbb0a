"""One stored interview, as far as the tables share it: what was asked, what is open, what it scores."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from bot.conversation.route import applying, following, form_of, route
from bot.conversation.session import Step, parse
from bot.questionnaire.model import Edition
from bot.research.quick.scales import Score, Scorer, scorers

_RESULT = Step.RESULT.value
_LEFT = frozenset({Step.PAUSED.value, Step.STOPPED.value})
_BEFORE_ITEMS = frozenset({None, Step.WELCOME.value, Step.CONSENT.value, Step.RESEARCH.value})
_PARTS = 8  # of a line that has the log
_ROUTES = 256  # different routes through a form that are remembered


class Interview:
    """A stored line; what is found in it comes after."""

    __slots__ = (
        "answers",
        "asked",
        "began",
        "choices",
        "code",
        "events",
        "follows",
        "form",
        "last",
        "open",
        "person",
        "scores",
        "state",
        "step",
        "went_back",
    )

    form: Sequence[str]
    """The items of its form, in order."""
    asked: Sequence[str]
    """Those that are asked of this person."""
    choices: dict[str, str | None]
    """The choice, or None for a skip, by item: those that were asked and answered or skipped."""
    open: str | None
    """The item that was on the screen and has no answer."""
    scores: Sequence[Score]

    def __init__(self, line: Sequence[Any]) -> None:
        self.code: str = line[0]
        self.person: str = line[1]
        self.follows: str | None = line[2]
        self.began: int = line[3]  # times are whole microseconds since 1970
        self.last: int = line[4]  # when the result was shown, else when the last thing happened
        self.went_back: int = line[5]
        self.state: dict[str, Any] = line[6]
        self.events: Sequence[tuple[str, int, dict[str, Any]]] = line[7] if len(line) == _PARTS else ()
        self.answers: Mapping[str, Mapping[str, Any]] = self.state.get("answers") or {}
        self.step: str = self.state.get("step", "welcome")

    @property
    def reached_items(self) -> bool:
        """Tell whether a question was ever shown: from the first one, the only way back is to go back."""
        step = self.state.get("resume_to") if self.step in _LEFT else self.step
        return step not in _BEFORE_ITEMS or bool(self.went_back)


class Finder:
    """Finds what was asked in interviews with one edition, and what they score."""

    def __init__(self, edition: Edition) -> None:
        self._questionnaire = edition.questionnaire
        self._conditional = any(item.show_if for item in self._questionnaire.items)
        self._forms: dict[str, tuple[tuple[str, ...], bool]] = {}
        self._scorers: dict[Sequence[str], list[Scorer]] = {}

    def find(self, interview: Interview) -> None:
        """Fill in what was asked, what is open and the scores."""
        interview.form, adaptive = self._form(interview.state.get("arm") or {})
        interview.open = None
        if adaptive:
            self._adaptive(interview)
        else:
            self._fixed(interview)
        choices = interview.choices
        interview.scores = [score(choices) for score in self._of(tuple(interview.asked))]

    def _form(self, arm: Mapping[str, str]) -> tuple[tuple[str, ...], bool]:
        """Return the items of the form, and whether it is adaptive."""
        name = arm.get("form", "")
        known = self._forms.get(name)
        if known is None:
            form = form_of(self._questionnaire, arm)
            known = self._forms[name] = (form.items, form.rule is not None)
        return known

    def _fixed(self, interview: Interview) -> None:
        choices = {item: answer["choice"] for item, answer in interview.answers.items()}
        if self._conditional:
            interview.asked = applying(self._questionnaire, interview.form, choices)
            choices = {item: choices[item] for item in interview.asked if item in choices}
        else:
            interview.asked = interview.form
        interview.choices = choices
        if len(choices) < len(interview.asked) and interview.reached_items:
            interview.open = next(item for item in interview.asked if item not in choices)

    def _adaptive(self, interview: Interview) -> None:
        """Where the result was shown, what was asked is in the session; else the machine says what comes."""
        choices = {item: answer["choice"] for item, answer in interview.answers.items()}
        if interview.step == _RESULT:
            order = [one["item"] for one in interview.state.get("asked") or () if one["item"] in choices]
            interview.asked = applying(self._questionnaire, order, choices)
        else:
            session = parse(orjson.dumps(interview.state))
            interview.asked = route(self._questionnaire, session)
            if interview.reached_items:
                interview.open = following(self._questionnaire, session)
        interview.choices = {item: choices[item] for item in interview.asked if item in choices}

    def _of(self, asked: Sequence[str]) -> list[Scorer]:
        known = self._scorers.get(asked)
        if known is None:
            known = scorers(self._questionnaire, asked)
            if len(self._scorers) < _ROUTES:
                self._scorers[asked] = known
        return known
