"""The people of a report, as columns: their answers, and what else an export or a file says of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from bot.questionnaire.model import Edition, Questionnaire
from bot.research.fit.arrays import Flags, Floats, Ints
from bot.research.report.paradata import Paradata
from bot.research.sheet import MISSING
from bot.storage.counting import ArmTaps

PART_ARM, LONGER = "part", "longer"
"""The arm of an interview that follows another one, and its value for the rest of a longer form."""

Strings: TypeAlias = npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Everybody in a report, in the order of its source."""

    edition: Edition
    values: Mapping[str, Floats]  # item to everybody's number, never reversed; NaN where there is none
    gone: Mapping[str, Ints]  # item to 0, or the code that says why there is no number
    columns: Mapping[str, Strings]
    count: int
    certainty: Mapping[str, Floats] = field(default_factory=dict)  # segment to everybody's probability
    paradata: Paradata | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)  # of the export
    minors: int = 0  # left out
    taps: ArmTaps | None = None  # known only where they were counted: in the store
    segments_given: bool = False  # by whoever made the file, not by the questionnaire's model

    @property
    def questionnaire(self) -> Questionnaire:
        """Return what they were asked."""
        return self.edition.questionnaire

    def text(self, item: str) -> str:
        """Return what was asked, in the questionnaire's own language."""
        return self.edition.texts[self.edition.languages[0]].items[item]

    def column(self, name: str) -> Strings:
        """Return a column, empty where a person has nothing in it."""
        found = self.columns.get(name)
        return np.full(self.count, "", dtype=np.str_) if found is None else present(found)

    def numbers(self, name: str) -> Floats:
        """Return a column of numbers, NaN where a person has none."""
        return as_numbers(self.column(name))

    @property
    def segment(self) -> Strings:
        """Return everybody's segment, empty where there is none."""
        return self.column("segment")

    @property
    def segments(self) -> dict[str, str]:
        """Return the segments and their names: the questionnaire's, then others met."""
        named = {segment.id: segment.name for segment in self.questionnaire.segments}
        met = [one for one in np.unique(self.segment) if one and one not in named]
        return named | {str(one): str(one) for one in met} if met or np.any(self.segment != "") else {}

    @property
    def finished(self) -> Flags:
        """Tell who came to the end; in a file of answers everybody did."""
        return (
            self.column("status") == "complete" if "status" in self.columns else np.ones(self.count, np.bool_)
        )

    @property
    def by_fixed_form(self) -> Flags:
        """Tell who was asked a form whose items don't depend on the answers."""
        adaptive = [form.id for form in self.questionnaire.forms if form.rule is not None]
        drawn = arms(self.column("arm"), "form")
        usual = self.questionnaire.form.rule is None or "arm" not in self.columns
        return np.where(drawn == "", usual, ~np.isin(drawn, adaptive)).astype(np.bool_)

    @property
    def first(self) -> "People":
        """Return everybody's own interview, without what followed it: the rest of a longer form, a retest."""
        return self.those(arms(self.column("arm"), PART_ARM) == "")

    @property
    def longest(self) -> "People":
        """Return everybody once, with the longer form where they went on to it."""
        part = arms(self.column("arm"), PART_ARM)
        went_on = self.column("follows")[part == LONGER]
        return self.those((part == LONGER) | ((part == "") & ~np.isin(self.column("response_id"), went_on)))

    def those(self, chosen: Flags) -> "People":
        """Return some of them."""
        return replace(
            self,
            values={item: values[chosen] for item, values in self.values.items()},
            gone={item: codes[chosen] for item, codes in self.gone.items()},
            columns={name: cells[chosen] for name, cells in self.columns.items()},
            certainty={segment: given[chosen] for segment, given in self.certainty.items()},
            count=int(chosen.sum()),
        )


def present(cells: Strings) -> Strings:
    """Return cells with nothing in place of every way to write a missing one."""
    stripped = np.char.strip(cells)
    return np.where(np.isin(np.char.lower(stripped), list(MISSING)), "", stripped)


def as_numbers(cells: Strings) -> Floats:
    """Return cells as numbers, NaN where one isn't."""
    return np.array([_number(cell) for cell in cells.tolist()], dtype=np.float64)


def _number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def arms(cells: Strings, name: str) -> Strings:
    """Return what chance decided about one thing, from cells such as `form=short|voice=own`."""
    pairs = [dict(part.partition("=")[::2] for part in cell.split("|")) for cell in cells.tolist()]
    return np.array([pair.get(name, "") for pair in pairs], dtype=np.str_)
