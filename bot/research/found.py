"""What is counted of the interviews in an export, for its manifest."""

import csv
from collections import Counter
from dataclasses import dataclass, field

from bot.conversation.session import Step
from bot.research.quick.interview import Interview
from bot.research.quick.wide import STATUSES
from bot.research.response import Status
from bot.research.wide import WHO
from bot.scoring.scales import NOT_ASKED
from bot.storage.kept import COMPLETE, PARTIAL, STOPPED, KeptPage

_NONE = str(NOT_ASKED)
_STEPS = {COMPLETE: Step.RESULT.value, STOPPED: Step.STOPPED.value, PARTIAL: ""}
_HEAD = [column.name for column in WHO].index("invite") + 1  # columns of the wide table that are counted by

KINDS = ("status", "channel", "language", "organisation", "edition")
"""What is counted of every interview."""


@dataclass(slots=True)
class Found:
    """What was counted while the tables were written."""

    responses: int = 0
    newest: int = 0  # the newest time, in whole microseconds since 1970
    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)  # in the order of KINDS
    rows: Counter[str] = field(default_factory=Counter)
    invited: dict[str, set[str]] = field(default_factory=dict)  # the people of an invite, up to `enough`

    _before: tuple[str, ...] = ()
    _again: int = 0
    _full: str | None = None  # an invite that has enough people

    def meet(self, one: Interview, enough: int) -> None:
        """Count an interview."""
        self.responses += 1
        state = one.state
        if one.last > self.newest:  # noqa: PLR1730 - half as long as max()
            self.newest = one.last
        self._count((one.step, state["channel"], state["language"], state["organisation"], state["edition"]))
        invite = state.get("invite")
        if invite is not None and invite != self._full:
            self._meet_invited(invite, one.person, enough)

    def meet_kept(self, page: KeptPage, enough: int) -> None:
        """Count interviews by their lines in the wide table."""
        self.newest = max(self.newest, page.newest)
        head, at = "", 0  # what the lines before say behind response and person, where nobody need be noted
        before = ""
        for line, stands in zip(page.lines, page.stands, strict=True):
            if head and stands == before and line.startswith(head, at):
                self._again += 1
                continue
            cells = next(csv.reader([line])) if '"' in line else line.split(",", _HEAD)
            response, person, _, _, _, edition, channel, language, organisation, invite = cells[:_HEAD]
            self._count((_STEPS[stands], channel, language, organisation, edition))
            if invite not in {_NONE, self._full}:
                self._meet_invited(invite, person, enough)
            at = len(response) + len(person) + 1
            known = '"' not in line and invite in {_NONE, self._full}
            head, before = f",{','.join(cells[2:_HEAD])}," if known else "", stands
        self.responses += len(page.lines)

    def _count(self, kind: tuple[str, ...]) -> None:
        if kind == self._before:  # as mostly; to compare is quicker than to look up
            self._again += 1
        else:
            self._settle()
            self._before, self._again = kind, 1

    def _meet_invited(self, invite: str, person: str, enough: int) -> None:
        people = self.invited.setdefault(invite, set())
        if len(people) < enough:
            people.add(person)
        else:
            self._full = invite

    def _settle(self) -> None:
        if self._again:
            self.counts[self._before] += self._again
            self._again = 0

    def counted(self, name: str) -> dict[str, int]:
        """Return the counts of one kind."""
        self._settle()
        place, counted = KINDS.index(name), Counter[str]()
        for key, number in self.counts.items():
            value = STATUSES.get(key[0], Status.PARTIAL.value) if name == "status" else key[place]
            counted[value] += number
        return dict(sorted(counted.items()))
