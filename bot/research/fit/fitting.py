"""All of a fit, in its order: compare, choose, shorten, set the thresholds, say what it is worth."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from bot.errors import OperatorError
from bot.research.fit.arrays import Flags, Floats, Ints
from bot.research.fit.asking import Course, Model, ask, scattered
from bot.research.fit.bank import Bank
from bot.research.fit.calibration import languages, why_provisional
from bot.research.fit.candidates import Candidate, candidates
from bot.research.fit.clusters import cluster, cluster_stability
from bot.research.fit.figures import adjusted_rand, agreement, information, log_loss, quality
from bot.research.fit.findings import Compared, Findings, FixedForm, ItemFound, Lengths
from bot.research.fit.folds import FOLDS, folds, side_by_side
from bot.research.fit.people import People
from bot.research.fit.retest import Twice, retest
from bot.research.fit.shortening import SIZES, forward
from bot.research.fit.stopping import Stopping, choose
from bot.research.fit.warnings import warnings

LEAST_PEOPLE = 100
LEAST_IN_A_SEGMENT = 10
_USUAL = 12  # the fixed form that everybody knows
_SURE = 0.9

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the author may decide."""

    clusters: int | None = None
    """So many segments are found by clustering; None: the file says who belongs where."""
    wanted: float = 7.8
    """How many questions an adaptive interview should ask on average."""
    least: int = 4
    most: int = 16
    seed: int = 20_240_601


def fit(bank: Bank, people: People, plan: Plan, progress: Progress, twice: Twice | None = None) -> Findings:
    """Fit a segment model to people who answered the long form; hold it against those who answered twice."""
    segments = people.segments
    if segments is None:
        segments = cluster(bank, people.choices, plan.clusters or len(bank.segments), plan.seed)
    _enough(bank, people, segments)
    found = _Fit(bank, people, segments, plan, _Steps(progress, _count(bank))).findings()
    return replace(found, retest=retest(bank, found.model, twice)) if twice else found


def _count(bank: Bank) -> int:
    return len(candidates(bank)) * FOLDS + FOLDS + 4


def _enough(bank: Bank, people: People, segments: Ints) -> None:
    if len(segments) < LEAST_PEOPLE:
        raise OperatorError(
            f"{len(segments)} people have a complete long form; {people.gaps} more have gaps.",
            remedy=f"At least {LEAST_PEOPLE} are needed, and 400 adults to call a model calibrated.",
        )
    numbers = np.bincount(segments, minlength=len(bank.segments))
    for segment, number in zip(bank.segments, numbers, strict=True):
        if number < LEAST_IN_A_SEGMENT:
            raise OperatorError(
                f"Only {number} of {len(segments)} people are in the segment `{segment}`.",
                remedy=f"Each needs at least {LEAST_IN_A_SEGMENT}.",
            )


@dataclass(slots=True)
class _Steps:
    """Counts what is done."""

    progress: Progress
    of: int
    done: int = 0

    def __call__(self) -> None:
        self.done = min(self.done + 1, self.of)
        self.progress(self.done, self.of)


@dataclass(slots=True, eq=False)
class _Fit:
    bank: Bank
    people: People
    segments: Ints
    plan: Plan
    step: _Steps
    keyed: Floats = field(init=False)
    parts: list[Flags] = field(init=False)
    made: dict[Candidate, list[Model]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keyed = self.bank.keyed(self.people.choices)
        self.parts = folds(self.segments, self.plan.seed)

    @property
    def most(self) -> int:
        return min(self.plan.most, len(self.bank.items))

    @property
    def least(self) -> int:
        return min(self.plan.least, self.most)

    @property
    def usual(self) -> int:
        return min(_USUAL, self.most)

    def findings(self) -> Findings:
        courses = {each: self._course(each) for each in candidates(self.bank)}
        compared = tuple(self._compared(each, course) for each, course in courses.items())
        chosen = min(compared, key=lambda one: one.loss)
        course = courses[chosen.candidate]
        model = chosen.candidate.make(self.bank, self.people.choices, self.segments)
        fixed, curve = self._fixed(chosen.candidate)
        self.step()
        adaptive = self._lengths(course, self.plan.wanted)
        asked = adaptive.stopping.asked(course.top)
        found = Findings(
            bank=self.bank,
            people=self.people,
            segments=self.segments,
            own_segments=self.people.segments is None,
            shares=tuple(np.bincount(self.segments, minlength=len(self.bank.segments)) / len(self.segments)),
            split_half=self._split_half(chosen.candidate),
            compared=compared,
            chosen=chosen,
            model=model,
            length=self.usual,
            fixed=fixed,
            fixed_curve=curve,
            adaptive_curve=tuple(
                agreement(course.probabilities[number], self.segments) for number in range(1, self.most + 1)
            ),
            adaptive=adaptive,
            thresholds=tuple(self._by_threshold(course)),
            items=tuple(self._items(chosen.candidate, course, asked, fixed)),
            disjoint=self._disjoint(chosen.candidate),
            languages=languages(self.bank, self.people, course.at(asked), self.segments),
            why_provisional=why_provisional(self.people),
            warnings=(),
        )
        self.step()
        return replace(found, warnings=tuple(warnings(found)))

    def _course(self, candidate: Candidate) -> Course:
        """Return everybody's adaptive interview with a model made without them."""

        def work(out: Flags) -> Course:
            model = candidate.make(self.bank, self.people.choices[~out], self.segments[~out])
            course = ask(model, self.keyed[out], self.most)
            self.step()
            return course

        return scattered(list(side_by_side(work, self.parts)), self.parts)

    def _compared(self, candidate: Candidate, course: Course) -> Compared:
        lengths = range(self.least, self.most + 1)
        losses = [log_loss(course.probabilities[number], self.segments) for number in lengths]
        return Compared(
            candidate, float(np.mean(losses)), quality(course.probabilities[self.usual], self.segments)
        )

    def _fixed(self, candidate: Candidate) -> tuple[Mapping[int, FixedForm], tuple[float, ...]]:
        """Return the fixed forms and the curve of agreement, their orders chosen inside each fold."""
        longest = min(max(SIZES), len(self.bank.items))

        def work(out: Flags) -> Course:
            model = candidate.make(self.bank, self.people.choices[~out], self.segments[~out])
            order = forward(model, self.keyed[~out], self.segments[~out], longest)
            self.step()
            return ask(model, self.keyed[out], longest, order=order)

        course = scattered(list(side_by_side(work, self.parts)), self.parts)
        model = candidate.make(self.bank, self.people.choices, self.segments)
        order = forward(model, self.keyed, self.segments, longest)
        sizes = sorted({size for size in SIZES if size <= longest} | {min(self.usual, longest)})
        forms = {
            size: FixedForm(order[:size], quality(course.probabilities[size], self.segments))
            for size in sizes
        }
        curve = [agreement(course.probabilities[size], self.segments) for size in range(1, longest + 1)]
        return forms, tuple(curve)

    def _lengths(self, course: Course, wanted: float) -> Lengths:
        wanted = min(wanted, 0.65 * self.most) if self.most < self.plan.most else wanted
        return self._under(choose(course, self.segments, wanted, self.least, self.most), course)

    def _under(self, stopping: Stopping, course: Course) -> Lengths:
        asked = stopping.asked(course.top)
        final = course.at(asked)
        sure = final.max(1) >= _SURE
        return Lengths(
            stopping=stopping,
            mean=float(asked.mean()),
            median=float(np.median(asked)),
            p90=float(np.quantile(asked, 0.9)),
            reach_most=float((asked == stopping.most).mean()),
            quality=quality(final, self.segments),
            sure=float(sure.mean()),
            agreement_of_sure=agreement(final[sure], self.segments[sure]) if sure.any() else float("nan"),
        )

    def _by_threshold(self, course: Course) -> Iterator[Lengths]:
        for wanted in (5.0, 6.0, 6.5, 7.0, 7.5, 8.0, 9.0, 10.0):
            if self.least < wanted < self.most:
                stopping = choose(course, self.segments, wanted, self.least, self.most)
                yield self._under(stopping, course)
        self.step()

    def _items(
        self, candidate: Candidate, course: Course, asked: Ints, fixed: Mapping[int, FixedForm]
    ) -> Iterator[ItemFound]:
        form = fixed[self.usual]
        drops = self._drops(candidate, form.items)
        reached = np.arange(self.most)[:, None] < asked[None, :]
        for place, item in enumerate(self.bank.items):
            yield ItemFound(
                item=item.id,
                bits=information(self.people.choices[:, place], self.segments),
                exposure=float(((course.items == place) & reached).any(0).mean()),
                drop=drops.get(place),
            )

    def _drops(self, candidate: Candidate, items: Ints) -> dict[int, float]:
        """Return how much agreement a form loses without each of its items, out of fold."""
        whole = agreement(self._out_of_fold(candidate, items), self.segments)
        return {
            int(item): whole - agreement(self._out_of_fold(candidate, items[items != item]), self.segments)
            for item in items
        }

    def _out_of_fold(self, candidate: Candidate, items: Ints) -> Floats:
        found = np.empty((len(self.keyed), len(self.bank.segments)))
        for out, model in zip(self.parts, self._models(candidate), strict=True):
            found[out] = model.fixed(self.keyed[out], items)
        return found

    def _models(self, candidate: Candidate) -> list[Model]:
        """Return the model of each fold, made once."""
        if candidate not in self.made:
            self.made[candidate] = [
                candidate.make(self.bank, self.people.choices[~out], self.segments[~out])
                for out in self.parts
            ]
        return self.made[candidate]

    def _disjoint(self, candidate: Candidate) -> float:
        """Return how often two halves of the items, every second one of each scale, say the same."""
        order = np.argsort(self.bank.scale, kind="stable")
        one, other = (self._out_of_fold(candidate, np.sort(order[start::2])) for start in (0, 1))
        return float((one.argmax(1) == other.argmax(1)).mean())

    def _split_half(self, candidate: Candidate) -> float:
        """Return how far the long form's rule, found twice in two halves of the people, sorts all alike."""
        if self.people.segments is None:
            return cluster_stability(self.bank, self.people.choices, len(self.bank.segments), self.plan.seed)
        half = np.zeros(len(self.segments), dtype=np.bool_)
        half[np.random.default_rng(self.plan.seed).permutation(len(half))[: len(half) // 2]] = True
        everything = np.arange(len(self.bank.items))
        verdicts = [
            candidate.make(self.bank, self.people.choices[part], self.segments[part])
            .fixed(self.keyed, everything)
            .argmax(1)
            for part in (half, ~half)
        ]
        return adjusted_rand(*verdicts)
