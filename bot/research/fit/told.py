"""A fit in words and tables for a researcher, and in JSON for a program."""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from bot.research.fit.figures import Figure, Quality
from bot.research.fit.findings import Findings, Lengths
from bot.research.fit.retest import ENOUGH, Retest

NO_RETEST = (
    "Nobody answered twice: whether the same person would get the same segment next month isn't known."
)
UNKNOWN = (
    "The short form is a part of the long one, so agreement says nothing about what the segments are worth.",
    "People who fill in a long form of their own accord may differ from those who will be asked.",
    "Whether words made for a segment do anybody good isn't tested by any of this.",
)


def as_json(found: Findings) -> dict[str, Any]:
    """Return what a program needs of a fit."""
    adaptive = found.adaptive
    return {
        "fixed": {
            str(size): {
                "items": [found.bank.items[place].id for place in form.items],
                **_figures(form.quality),
            }
            for size, form in found.fixed.items()
        },
        "adaptive": {
            "min": adaptive.stopping.least,
            "max": adaptive.stopping.most,
            "stop_at": list(adaptive.stopping.thresholds),
            "mean_asked": adaptive.mean,
            "median_asked": adaptive.median,
            "p90_asked": adaptive.p90,
            "reach_max": adaptive.reach_most,
            **_figures(adaptive.quality),
            "no_stop": {str(number): share for number, share in enumerate(found.adaptive_curve, 1)},
        },
        "ece": adaptive.quality.ece.value,
        "model": found.chosen.candidate.kind,
        **({"retest": _retest_figures(found.retest)} if found.retest else {}),
    }


def _retest_figures(retest: Retest) -> dict[str, Any]:
    return {
        "people": retest.people,
        "agreement": retest.agreement.value,
        "agreement_interval": [retest.agreement.low, retest.agreement.high],
        "kappa": retest.kappa.value,
        "kappa_interval": [retest.kappa.low, retest.kappa.high],
        "median_days": retest.days,
        "median_items": retest.items,
        "left_out": {"not_twice": retest.once, "too_few_items": retest.too_few},
        "enough": retest.enough,
    }


def _unknown(found: Findings) -> tuple[str, ...]:
    return UNKNOWN if found.retest else (NO_RETEST, *UNKNOWN)


def in_full(found: Findings) -> dict[str, Any]:
    """Return everything of a fit, for the folder's `evidence/fit.json`."""
    return as_json(found) | {
        "people": len(found.segments),
        "left_out": {"gaps": found.people.gaps, "no_segment": found.people.unsorted},
        "data_sha256": found.people.sha256,
        "shares": dict(zip(found.bank.segments, found.shares, strict=True)),
        "split_half_ari": found.split_half,
        "disjoint_halves_agreement": found.disjoint,
        "compared": [
            {"name": one.candidate.name, "mean_log_loss": one.loss, **_figures(one.quality)}
            for one in found.compared
        ],
        "chosen": found.chosen.candidate.name,
        "fixed_curve": list(found.fixed_curve),
        "by_length": [
            {"mean": one.mean, "median": one.median, "p90": one.p90, **_figures(one.quality)}
            for one in found.thresholds
        ],
        "items": [
            {"item": one.item, "bits": one.bits, "exposure": one.exposure, "drop": one.drop}
            for one in found.items
        ],
        "confusion": found.adaptive.quality.confusion.tolist(),
        "calibrated_for": list(found.calibrated),
        "warnings": list(found.warnings),
        "unknown": list(_unknown(found)),
    }


def report(found: Findings) -> str:
    """Return a fit as a text of tables."""
    first = (_people, _models, _fixed, _adaptive, _thresholds, _confusion)
    parts = (*first, _items, _retest, _calibration, _cautions)
    told = ("\n".join(part(found)) for part in parts)
    return "\n\n".join(text for text in told if text) + "\n"


def _figures(quality: Quality) -> dict[str, Any]:
    return {
        "agreement": quality.agreement.value,
        "agreement_interval": [quality.agreement.low, quality.agreement.high],
        "kappa": quality.kappa.value,
        "kappa_interval": [quality.kappa.low, quality.kappa.high],
        "log_loss": quality.log_loss.value,
        "log_loss_interval": [quality.log_loss.low, quality.log_loss.high],
        "ece": quality.ece.value,
        "ece_interval": [quality.ece.low, quality.ece.high],
    }


def _people(found: Findings) -> Iterator[str]:
    people = found.people
    name, items = found.bank.questionnaire.id, len(found.bank.items)
    yield f"{name}: {len(found.segments)} people with all {items} items"
    yield f"  of {people.read} lines: {people.gaps} left out for gaps, {people.unsorted} without a segment"
    adults = "not known" if people.adults is None else str(int(people.adults.sum()))
    yield f"  adults among them: {adults}"
    shares = ", ".join(
        f"{name} {_pc(share)}" for name, share in zip(found.bank.segments, found.shares, strict=True)
    )
    smallest = int(np.argmin(found.shares))
    yield f"  segments: {shares}; smallest {found.bank.segments[smallest]} ({_pc(found.shares[smallest])})"
    yield f"  split-half stability of the long form's rule (ARI): {found.split_half:.2f}"


def _models(found: Findings) -> Iterator[str]:
    yield f"Models, out of fold; agreement and ECE after {found.length} adaptive questions (95 % interval)"
    rows = [
        [
            "*" if one is found.chosen else "",
            one.candidate.name,
            f"{one.loss:.3f}",
            _percent(one.quality.agreement),
            _plain(one.quality.kappa),
            _plain(one.quality.ece),
        ]
        for one in found.compared
    ]
    yield from _table(["", "model", "log loss", "agreement %", "kappa", "ECE"], rows)
    yield "  * chosen: the lowest log loss over the lengths of an interview"


def _fixed(found: Findings) -> Iterator[str]:
    yield "Fixed forms, out of fold"
    rows = [
        [
            f"fixed{size}",
            _percent(form.quality.agreement),
            _plain(form.quality.kappa),
            _plain(form.quality.log_loss),
            _plain(form.quality.ece),
        ]
        for size, form in found.fixed.items()
    ]
    yield from _table(["form", "agreement %", "kappa", "log loss", "ECE"], rows)
    yield "Agreement % by number of questions"
    numbers = range(1, max(len(found.fixed_curve), len(found.adaptive_curve)) + 1)
    yield from _table(
        ["", *map(str, numbers)],
        [
            ["fixed", *(_bare(share) for share in found.fixed_curve)],
            ["adaptive, no stop", *(_bare(share) for share in found.adaptive_curve)],
        ],
    )


def _adaptive(found: Findings) -> Iterator[str]:
    one = found.adaptive
    yield "Adaptive form, out of fold"
    yield f"  asks {one.mean:.1f} on average (median {one.median:g}, 90th percentile {one.p90:g})"
    yield f"  {_pc(one.reach_most)} of people reach the most, {one.stopping.most}"
    yield f"  agreement {_percent(one.quality.agreement)} %, kappa {_plain(one.quality.kappa)}"
    yield f"  log loss {_plain(one.quality.log_loss)}, ECE {_plain(one.quality.ece)}"
    sure = f"agree in {_pc(one.agreement_of_sure)}" if not math.isnan(one.agreement_of_sure) else "nobody"
    yield f"  sure (probability of .9 or more): {_pc(one.sure)} of people; they {sure}"
    yield f"  enough at: {', '.join(f'{value:.2f}' for value in one.stopping.thresholds)}"


def _thresholds(found: Findings) -> Iterator[str]:
    if not found.thresholds:
        yield "Too few items to stop early."
        return
    yield "What other thresholds would give, out of fold"
    yield from _table(
        ["mean", "median", "90th", "reach most", "start", "fall", "agreement %", "ECE", "sure", "agree"],
        [_length(one) for one in found.thresholds],
    )


def _length(one: Lengths) -> list[str]:
    return [
        f"{one.mean:.1f}",
        f"{one.median:g}",
        f"{one.p90:g}",
        _pc(one.reach_most),
        f"{one.stopping.threshold(one.stopping.least):.2f}",
        f"{one.stopping.slope:.3f}",
        _percent(one.quality.agreement),
        f"{one.quality.ece.value:.3f}",
        _pc(one.sure),
        _pc(one.agreement_of_sure),
    ]


def _confusion(found: Findings) -> Iterator[str]:
    yield "Long form (rows) against adaptive verdict (columns), out of fold"
    quality = found.adaptive.quality
    rows = [
        [name, *(str(cell) for cell in row), _pc(recall)]
        for name, row, recall in zip(found.bank.segments, quality.confusion, quality.recall, strict=True)
    ]
    yield from _table(["", *found.bank.segments, "found"], rows)


def _items(found: Findings) -> Iterator[str]:
    yield f"Items: bits alone; share asked adaptively; points lost if left out of fixed{found.length}"
    ranked = sorted(found.items, key=lambda one: -one.bits)
    rows = [
        [
            one.item,
            f"{one.bits:.2f}",
            _pc(one.exposure),
            "" if one.drop is None else f"{100 * one.drop:+.1f}",
        ]
        for one in ranked
    ]
    yield from _table(["item", "bits", "asked", "lost"], rows)


def _retest(found: Findings) -> Iterator[str]:
    retest = found.retest
    if retest is None:
        return
    days = "" if retest.days is None else f", {retest.days:.0f} days apart (median)"
    yield f"Retest: {retest.people} people answered twice{days}, scored on {retest.items:g} items (median)"
    yield f"  the same segment both times: {_percent(retest.agreement)} %, kappa {_plain(retest.kappa)}"
    yield f"  left out: {retest.once} who didn't answer twice, {retest.too_few} with too few items"
    if not retest.enough:
        yield f"  Fewer than {ENOUGH} people: too few to say anything, as the intervals show."


def _calibration(found: Findings) -> Iterator[str]:
    yield "Calibrated?"
    if not found.languages:
        yield f"  provisional: {found.why_provisional}"
    for one in found.languages:
        held = f"{one.adults} adults, ECE {_plain(one.ece)}" if one.ece else f"{one.adults} adults"
        yield f"  {one.language}: {'provisional: ' + one.reason if one.reason else 'calibrated'} ({held})"


def _cautions(found: Findings) -> Iterator[str]:
    yield "Warnings"
    yield from (f"  {warning}" for warning in found.warnings)
    yield "Not known"
    yield from (f"  {sentence}" for sentence in _unknown(found))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    lines = [list(head), *(list(row) + [""] * (len(head) - len(row)) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        cells = (
            cell.ljust(width) if column <= _names(head) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        yield "  " + "  ".join(cells).rstrip()


def _names(head: Sequence[str]) -> int:
    """Return the last column of words rather than numbers."""
    return head.index("model") if "model" in head else 0


def _percent(figure: Figure) -> str:
    return f"{100 * figure.value:.1f} ({100 * figure.low:.1f}-{100 * figure.high:.1f})"


def _plain(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})"


def _bare(share: float) -> str:
    return f"{100 * share:.1f}"


def _pc(share: float) -> str:
    return "-" if math.isnan(share) else f"{100 * share:.0f} %"
