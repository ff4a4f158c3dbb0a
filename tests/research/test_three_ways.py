"""The bot's own interview, `attune score` and a few lines of numpy agree on real people, to 1e-9.

The people are those of `spi40_train.csv.gz` in the folder of shared reference data. Once they answer the
whole long form, scored by the expert's profiles; once they are asked adaptively, under a joint normal that is
estimated here.
"""

import csv
import gzip
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.conversation.library import Library
from bot.conversation.session import Session
from bot.conversation.taps import Act
from bot.privacy import Keys
from bot.questionnaire.load import Loaded, load
from bot.questionnaire.model import AdaptiveRule, Edition, Form, Gaussian, Prototype, Questionnaire
from bot.research.score import plan, score_file
from bot.scoring.models.points import normal_points
from bot.storage.memory import MemoryStore
from tests.conftest import ROOT
from tests.research.conftest import read_library
from tests.research.interviewing import Interviewing

np = pytest.importorskip("numpy", reason="the independent computation is in numpy, of the extra `research`")

FOLDER = ROOT / "tests" / "questionnaires"
LOW, HIGH = 1, 6
CLOSE = 1e-9
FEW, MANY = 40, 1_600
HOW_MANY = [FEW, pytest.param(MANY, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]

Person = Mapping[str, int]


@pytest.fixture(scope="module")
def people(shared: Path) -> list[dict[str, str]]:
    """Return the people, in a random order that is always the same."""
    with gzip.open(shared / "data" / "spi40_train.csv.gz", "rt", encoding="utf-8", newline="") as file:
        everybody = list(csv.DictReader(file))
    return random.Random(40).sample(everybody, len(everybody))


@pytest.fixture(scope="module")
def expert() -> Loaded:
    """Return the folder as it stands."""
    return load(FOLDER / "spi40")


def keyed(questionnaire: Questionnaire, people: Sequence[Mapping[str, str]]) -> Any:
    """Return people x items, reversed items turned round, in the order of the bank."""
    raw = np.array([[int(person[item.id]) for item in questionnaire.items] for person in people], float)
    turned = np.array([item.reverse for item in questionnaire.items])
    return np.where(turned, LOW + HIGH - raw, raw)


# ---------------------------------------------------------------- the bot, and the command


async def interviewed(shelf: Library, people: Sequence[Mapping[str, str]]) -> list[Session]:
    """Let people be interviewed through the hallway, and return their interviews."""
    store = MemoryStore()
    for edition in shelf.editions():
        await store.keep_edition(edition)
    desk, keys = Interviewing(store, shelf), Keys(bytes(32))
    found: list[Session] = []
    for number, answers in enumerate(people):
        person = desk.person(f"person-{number}")
        await person.starts()
        await person.agrees()
        pseudonym = keys.person(person.channel, person.name)
        while item := (await store.load(pseudonym)).session.item:  # type: ignore[union-attr] # it is there
            await person.answers(int(answers[item]) - LOW)
        await person.does(Act.RESULT)
        found.extend(await store.sessions_of(pseudonym))
    return found


def scored(
    questionnaire: Questionnaire, people: Sequence[Mapping[str, str]], folder: Path, *, adaptive: bool = False
) -> list[dict[str, str]]:
    """Let the command score the same people from a file."""
    data, out = folder / "data.csv", folder / "scores.csv"
    with data.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(people[0]))
        writer.writeheader()
        writer.writerows(people)
    score_file(plan(questionnaire, adaptive=adaptive), data, out, lambda _done, _of: None)
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shelf_with(loaded: Loaded) -> Library:
    """Return a library in which nothing but this questionnaire is asked."""
    whole = read_library(ROOT, FOLDER, "spi40")
    return replace(whole, questionnaires={**whole.questionnaires, "spi40": loaded})


def agree(sessions: Sequence[Session], rows: Sequence[Mapping[str, str]], numbers: Any) -> None:
    """Hold the three against each other."""
    assert len(sessions) == len(rows) == len(numbers)
    for session, row, ours in zip(sessions, rows, numbers, strict=True):
        shown = session.shown
        assert shown is not None
        said = [float(row[f"p_{segment}"]) for segment in shown.probabilities]
        assert list(shown.probabilities.values()) == pytest.approx(ours, abs=CLOSE)
        assert said == pytest.approx(ours, abs=CLOSE)
        assert (row["segment"], row["runner_up"]) == (shown.segment, shown.runner_up)


# ---------------------------------------------------------------- the whole long form


def by_profiles(questionnaire: Questionnaire, values: Any) -> Any:
    """Work out the prototype: squared distances from the profiles, five answers on a scale damped."""
    model = questionnaire.model
    assert isinstance(model, Prototype)
    damped = sum(1 / (1 + model.damping * before) for before in range(5)) / 5
    scale_of = {item: scale.id for scale in questionnaire.scales for item in scale.items}
    centres = np.array(
        [
            [model.profiles[segment.id][scale_of[item.id]] for item in questionnaire.items]
            for segment in questionnaire.segments
        ]
    )
    logs = -damped * ((values[:, None, :] - centres) ** 2).sum(2) / (2 * model.sd**2)
    shares = np.exp(logs - logs.max(1, keepdims=True))
    return shares / shares.sum(1, keepdims=True)


@pytest.mark.slow
@pytest.mark.parametrize("many", HOW_MANY)
async def test_the_long_form_is_scored_alike(
    many: int, people: list[dict[str, str]], expert: Loaded, tmp_path: Path
) -> None:
    """Segments and all eight scales."""
    questionnaire, some = expert.edition.questionnaire, people[:many]
    values = keyed(questionnaire, some)
    sessions = await interviewed(shelf_with(expert), some)
    rows = scored(questionnaire, some, tmp_path)
    agree(sessions, rows, by_profiles(questionnaire, values))
    places = {item.id: place for place, item in enumerate(questionnaire.items)}
    for scale in questionnaire.scales:
        ours = values[:, [places[item] for item in scale.items]].mean(1)
        assert [float(row[scale.id]) for row in rows] == pytest.approx(ours, abs=CLOSE)


# ---------------------------------------------------------------- adaptively


def estimated(loaded: Loaded, people: Sequence[Mapping[str, str]]) -> Loaded:
    """Return the questionnaire with a joint normal of these people's answers, asked adaptively."""
    questionnaire = loaded.edition.questionnaire
    values = keyed(questionnaire, people)
    labels = np.array([person["segment"] for person in people])
    items = tuple(item.id for item in questionnaire.items)
    scale_scores = values.reshape(len(values), 8, 5).mean(2)
    middle, spread = scale_scores.mean(0), scale_scores.std(0)
    rules = {}
    for segment in questionnaire.segments:
        centre = ((scale_scores[labels == segment.id] - middle) / spread).mean(0)
        rules[segment.id] = {
            "intercept": float(-(centre @ centre) / 2 - (centre * middle / spread).sum()),
            "weights": np.repeat(centre / spread / 5, 5).tolist(),
        }
    model = Gaussian.model_validate(
        {
            "type": "gaussian",
            "items": items,
            "mean": values.mean(0).tolist(),
            "covariance": [row[: place + 1].tolist() for place, row in enumerate(np.cov(values.T))],
            "rules": rules,
        }
    )
    rule = AdaptiveRule(min=4, max=12, stop_at=(0.85, 0.8, 0.75, 0.7))
    form = Form(id="adaptive", items=items, order="adaptive", adaptive=rule)
    changed = questionnaire.model_copy(update={"model": model, "forms": (form,)})
    edition = Edition(digest="estimated", questionnaire=changed, texts=loaded.edition.texts)
    return replace(loaded, edition=edition)


def by_conditioning(model: Gaussian, questionnaire: Questionnaire, asked: Sequence[str], row: Any) -> Any:
    """Work out the joint normal in one piece: regress on what was asked, count the points of each segment."""
    size, order = len(model.items), list(model.items)
    whole = np.zeros((size, size))
    for place, values in enumerate(model.covariance):
        whole[place, : place + 1] = whole[: place + 1, place] = values
    seen, mean = sorted(order.index(item) for item in asked), np.array(model.mean)
    regression = whole[:, seen] @ np.linalg.inv(whole[np.ix_(seen, seen)])
    away = row[seen] - mean[seen]
    rules = [model.rules[segment.id] for segment in questionnaire.segments]
    weights, intercepts = np.array([one.weights for one in rules]), np.array([one.intercept for one in rules])
    contrast = weights[:-1] - weights[-1]
    scores = contrast @ (mean + regression @ away) + intercepts[:-1] - intercepts[-1]
    factor = np.linalg.cholesky(contrast @ (whole - regression @ whole[seen]) @ contrast.T)
    distance = away @ np.linalg.inv(whole[np.ix_(seen, seen)]) @ away
    assert model.tails is not None
    spread = math.sqrt((model.tails + distance) / (model.tails + len(seen)))
    points = np.array(normal_points(len(contrast), model.points)).T
    at = np.c_[scores + spread * points @ factor.T, np.zeros(len(points))]
    return (np.bincount(at.argmax(1), minlength=len(rules)) + 0.5) / (len(points) + len(rules) / 2)


@pytest.mark.slow
@pytest.mark.parametrize("many", HOW_MANY)
async def test_an_adaptive_interview_is_scored_alike(
    many: int, people: list[dict[str, str]], expert: Loaded, tmp_path: Path
) -> None:
    """The command asks the very items that the bot asks, in the same order."""
    loaded = estimated(expert, people)
    questionnaire = loaded.edition.questionnaire
    some = people[:many]
    sessions = await interviewed(shelf_with(loaded), some)
    rows = scored(questionnaire, some, tmp_path, adaptive=True)
    model = questionnaire.model
    assert isinstance(model, Gaussian)
    asked = [[one.item for one in session.asked] for session in sessions]
    assert [row["asked"].split("|") for row in rows] == asked
    values = keyed(questionnaire, some)
    ours = [
        by_conditioning(model, questionnaire, items, row) for items, row in zip(asked, values, strict=True)
    ]
    agree(sessions, rows, ours)
