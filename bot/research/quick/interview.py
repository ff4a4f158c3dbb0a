"""One stored interview, as far as the tables share it: what was asked, and what became of each item.

What is the same for all interviews that take the same way through a form is worked out once: the `Route`.
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import orjson

from bot.conversation.route import FORM_ARM, FREE_TEXT_ARM, applying, following, form_of, route
from bot.conversation.session import Step, parse
from bot.questionnaire.model import Edition
from bot.research.quick.scales import DECLINES, OPEN, UNREACHED, Route, Score
from bot.storage.store import Row

_RESULT = Step.RESULT.value
_LEFT = frozenset({Step.PAUSED.value, Step.STOPPED.value})
_BEFORE_ITEMS = frozenset({None, Step.WELCOME.value, Step.CONSENT.value, Step.RESEARCH.value})
_ROUTES = 256  # different ways through a form that are remembered
_USUAL = 2  # what most answers say: the choice, and when
_NONE: Mapping[str, Mapping[str, Any]] = {}
_choice_of = itemgetter("choice")


class Interview:
    """A stored row; `Finder` fills in the rest."""

    __slots__ = (
        "_log",
        "adaptive",
        "answers",
        "began",
        "code",
        "declined",
        "edited",
        "follows",
        "form",
        "given",
        "last",
        "open",
        "person",
        "route",
        "state",
        "step",
        "values",
        "went_back",
    )

    answers: Mapping[str, Mapping[str, Any]]
    """What the session says of each item that has an answer, in the order given."""
    form: Sequence[str]
    """The items of its form, in order."""
    adaptive: bool
    """Whether that form is adaptive."""
    route: Route
    """The items that are asked of this person."""
    values: list[str | None]
    """What became of each item of the route: the answer, None for a skip, DECLINES, OPEN or UNREACHED."""
    given: int
    """How many of them have an answer or a skip."""
    open: str | None
    """The item that was on the screen and has no answer."""

    def __init__(self, row: Row) -> None:
        # Times are whole microseconds since 1970; `last` is when the result was shown, else the last event.
        self.code, self.person, self.follows, began, last, self.went_back, text, self._log, *_ = row
        self.began, self.last = int(began), int(last)
        self.state: dict[str, Any] = orjson.loads(text)
        self.step: str = self.state.get("step", "welcome")
        self.answers = answers = self.state.get("answers") or _NONE
        self.declined = self.edited = False
        if sum(map(len, answers.values())) != _USUAL * len(answers):
            self.declined = any(answer.get("declined") for answer in answers.values())
            self.edited = any(answer.get("edits") for answer in answers.values())

    @property
    def events(self) -> Sequence[tuple[str, int, dict[str, Any]]]:
        """Return the log: kind, time and body of each event."""
        return orjson.loads(f"[{self._log}]")  # type: ignore[no-any-return]  # the log is ours

    @property
    def reached_items(self) -> bool:
        """Tell whether a question was ever shown: from the first one, the only way back is to go back."""
        step = self.state.get("resume_to") if self.step in _LEFT else self.step
        return step not in _BEFORE_ITEMS or bool(self.went_back)

    @property
    def choices(self) -> dict[str, str | None]:
        """Return the answer, None for a skip or DECLINES, of each item that has any of these."""
        pairs = zip(self.route.items, self.values, strict=True)
        return {item: value for item, value in pairs if value not in {OPEN, UNREACHED}}

    @property
    def answered(self) -> int:
        """Return how many items were answered."""
        return self.given - self.values.count(None) - self.values.count(DECLINES)

    @property
    def scores(self) -> list[Score]:
        """Return the scale scores."""
        return self.route.scores(self.values)


class Finder:
    """Finds what was asked in interviews with one edition."""

    def __init__(self, edition: Edition) -> None:
        self._questionnaire = edition.questionnaire
        self._conditional = any(item.show_if for item in self._questionnaire.items)
        self._forms: dict[tuple[str | None, str | None], tuple[tuple[str, ...], bool]] = {}
        self._before: tuple[object, tuple[tuple[str, ...], bool]] = ({}, self._form_of({}))
        self._routes: dict[tuple[str, ...], Route] = {}

    def find(self, interview: Interview) -> None:
        """Fill in what was asked, and what became of it."""
        arm = interview.state.get("arm")
        if arm != self._before[0]:  # mostly it is that of the interview before
            self._before = (arm, self._form_of(arm or {}))
        interview.form, interview.adaptive = form, adaptive = self._before[1]
        answers = interview.answers
        usual = not (adaptive or self._conditional or interview.declined)
        if usual and tuple(answers) == form:
            interview.route, interview.open = self._route(form), None  # the usual one: whole, in order
            interview.values = list(map(_choice_of, answers.values()))
            interview.given = len(form)
            return
        choices = {item: answer["choice"] for item, answer in answers.items()}
        asked, interview.open = self._asked(interview, choices, adaptive=adaptive)
        interview.route = self._route(asked)
        interview.values = [choices.get(item, UNREACHED) for item in asked]
        if interview.declined:
            interview.values = list(map(_with_declined, interview.values, map(answers.get, asked)))
        interview.given = len(asked) - interview.values.count(UNREACHED)
        if interview.open is not None:
            interview.values[asked.index(interview.open)] = OPEN

    def _form_of(self, arm: Mapping[str, str]) -> tuple[tuple[str, ...], bool]:
        """Return the items of the form, and whether it is adaptive."""
        name = (arm.get(FORM_ARM), arm.get(FREE_TEXT_ARM))
        known = self._forms.get(name)
        if known is None:
            form = form_of(self._questionnaire, arm)
            known = self._forms[name] = (form.items, form.rule is not None)
        return known

    def _asked(
        self, interview: Interview, choices: Mapping[str, str | None], *, adaptive: bool
    ) -> tuple[tuple[str, ...], str | None]:
        """Return the items asked, and the one that is open."""
        if not adaptive:
            asked = applying(self._questionnaire, interview.form, choices)
            opened = next((item for item in asked if item not in choices), None)
        elif interview.step == _RESULT:  # what was asked is in the session
            order = [one["item"] for one in interview.state.get("asked") or () if one["item"] in choices]
            return applying(self._questionnaire, order, choices), None
        else:  # the machine says what comes
            session = parse(orjson.dumps(interview.state))
            asked, opened = route(self._questionnaire, session), following(self._questionnaire, session)
        return asked, opened if interview.reached_items else None

    def _route(self, asked: tuple[str, ...]) -> Route:
        known = self._routes.get(asked)
        if known is None:
            known = Route(self._questionnaire, asked)
            if len(self._routes) < _ROUTES:
                self._routes[asked] = known
        return known


def _with_declined(value: str | None, answer: Mapping[str, Any] | None) -> str | None:
    return DECLINES if answer is not None and answer.get("declined") else value
