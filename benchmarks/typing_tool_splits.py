"""Does a fitted typing tool hold on people it hasn't seen? Random splits of a file of long forms.

    python benchmarks/typing_tool_splits.py QUESTIONNAIRE DATA.csv --splits 12

Each split fits on 60 % of the people, where everything is chosen, and scores the other 40 %: the fixed form
of 12, the adaptive form at several mean lengths, and 12 adaptive questions without stopping.
"""

import argparse
import dataclasses
from pathlib import Path

import numpy as np

from bot.questionnaire.load import load
from bot.research.fit.asking import ask
from bot.research.fit.bank import Bank, bank
from bot.research.fit.figures import agreement, ece
from bot.research.fit.fitting import Plan, fit
from bot.research.fit.people import Columns, People, read_people

SEED = 7_000


def split(bank_: Bank, people: People, number: int) -> dict[str, float]:
    """Return the figures of one split."""
    assert people.segments is not None
    order = np.random.default_rng(SEED + number).permutation(len(people.segments))
    cut = round(0.6 * len(order))
    train, test = np.sort(order[:cut]), np.sort(order[cut:])
    part = dataclasses.replace(
        people,
        choices=people.choices[train],
        segments=people.segments[train],
        adults=None,
        languages=None,
    )
    found = fit(bank_, part, Plan(), lambda _done, _of: None)
    keyed, truth = bank_.keyed(people.choices[test]), people.segments[test]
    fixed = found.model.fixed(keyed, found.fixed[12].items)
    course = ask(found.model, keyed, 16)
    figures = {
        "fixed12": agreement(fixed, truth),
        "fixed12 ece": ece(fixed, truth),
        "12 adaptive": agreement(course.probabilities[12], truth),
        "12 adaptive ece": ece(course.probabilities[12], truth),
    }
    for one in (found.adaptive, *found.thresholds):
        wanted = "default" if one is found.adaptive else f"mean {one.mean:.1f}"  # on the people fitted on
        asked = one.stopping.asked(course.top)
        stopped = course.at(asked)
        figures |= {
            f"{wanted}: asked": float(asked.mean()),
            f"{wanted}: agreement": agreement(stopped, truth),
            f"{wanted}: ece": ece(stopped, truth),
        }
    return figures | {f"chose {found.chosen.candidate.name}": 1.0}


def main() -> None:
    """Print every split, then mean and standard error over them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questionnaire", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--segment-column", default="segment")
    parser.add_argument("--splits", type=int, default=12)
    options = parser.parse_args()
    items = bank(load(options.questionnaire).edition.questionnaire)
    people = read_people(options.data, items, Columns(options.segment_column))
    rows = []
    for number in range(options.splits):
        rows.append(split(items, people, number))
        print(number, {name: round(value, 4) for name, value in rows[-1].items()}, flush=True)
    for name in dict.fromkeys(name for row in rows for name in row):
        values = np.array([row.get(name, np.nan) for row in rows])
        known = values[~np.isnan(values)]
        spread = known.std(ddof=1) / np.sqrt(len(known)) if len(known) > 1 else np.nan
        middle = f"mean {known.mean():.4f} se {spread:.4f}"
        print(f"{name:32} {middle} min {known.min():.4f} max {known.max():.4f} n {len(known)}")


if __name__ == "__main__":
    main()
