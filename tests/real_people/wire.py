"""Real people's answers are tapped on phones, over real HTTP, and exported with the right scores.

The data are `bfi` of the folder of shared reference data; a missing answer is a tap on Skip. Every score is
computed once more here, from nothing but the published keys.
"""

import asyncio
import csv
import gzip
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import fsum
from pathlib import Path

import numpy as np

from bot.channels.telegram.service import Service
from bot.channels.telegram.wire import Wire
from bot.conversation.library import Library
from bot.conversation.phrasebook import open_phrasebook
from bot.organisation.load import load_all as load_organisations
from bot.privacy import Keys
from bot.questionnaire.load import load_all as load_questionnaires
from bot.questionnaire.model import Edition
from bot.research.bundle import export
from bot.research.report.reading import read_folder
from bot.research.report.reliability import reliability
from bot.research.report.scales import complete
from bot.research.survey import Filters
from bot.storage.opening import open_store
from bot.turns import Desk
from tests.conftest import ROOT
from tests.emulator import Emulator, Phone

QUESTIONNAIRE = "big-five"
LOW, HIGH, ENOUGH = 1, 6, 4  # the answer scale, and how many of a scale's five items must be answered
TOO_FEW = -99.0
CLOSE = 1e-9
CLOSE_ALPHA = 1e-6
AT_ONCE = 50
PATIENCE = 60.0  # seconds for one answer; the bot has many people before it
SCALES = {
    "Agreeableness": "agreeableness",
    "Conscientiousness": "conscientiousness",
    "Extraversion": "extraversion",
    "Emotional Stability": "emotional_stability",
    "Openness": "openness",
}

Answers = Mapping[str, int | None]
Published = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a run found."""

    people: int
    taps: int
    scores: int
    missing: int
    worst: float  # the largest difference of a score
    alpha: float | None  # the largest difference of an alpha in the report
    seconds: float


def published_keys(shared: Path) -> Published:
    """Return scale to item to +1 or -1."""
    keys: dict[str, dict[str, int]] = defaultdict(dict)
    with (shared / "data" / "bfi_items.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["Keying"]:
                keys[SCALES[row["Big6"]]][row["item"].lower()] = int(row["Keying"])
    return keys


def everybody(shared: Path, keys: Published) -> list[Answers]:
    """Return every person's answers; None where one is missing."""
    items = [item for scale in keys.values() for item in scale]
    with gzip.open(shared / "data" / "bfi_train.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return [
            {item: int(row[item.upper()]) if row[item.upper()].isdigit() else None for item in items}
            for row in csv.DictReader(file)
        ]


def scored(answers: Answers, key: Mapping[str, int]) -> float:
    """Score a scale as its key says: the mean of the answered items, if enough are."""
    given = [
        value if sign > 0 else LOW + HIGH - value
        for item, sign in key.items()
        if (value := answers[item]) is not None
    ]
    return fsum(given) / len(given) if len(given) >= ENOUGH else TOO_FEW


def independent_alphas(people: Sequence[Answers], keys: Published) -> dict[str, float]:
    """Return alpha of each scale, from nothing but the published keys: complete people, mean covariance."""
    found = {}
    for scale, key in keys.items():
        rows = [[person[item] for item in key] for person in people]
        whole = np.array([row for row in rows if None not in row], dtype=float)
        keyed = np.where(np.array(list(key.values())) > 0, whole, 7 - whole)
        covariance = np.cov(keyed, rowvar=False)
        off = covariance[~np.eye(len(key), dtype=bool)].mean()
        found[scale] = len(key) * off / (np.diagonal(covariance).mean() + (len(key) - 1) * off)
    return found


def alphas_apart(people: Sequence[Answers], keys: Published, out: Path, edition: Edition) -> float | None:
    """Return how far the report's alphas are from the independent ones; None for too few people."""
    found, expected = read_folder(out, edition), independent_alphas(people, keys)
    worst = 0.0
    for scale in edition.questionnaire.scales:
        alpha = reliability(complete(found, scale.items)).alpha
        if alpha is None:
            return None
        worst = max(worst, abs(alpha.value - expected[scale.id]))
    return worst


async def run(people: Sequence[Answers], keys: Published, folder: Path) -> Found:
    """Interview everybody over the wire, export, and compare every scale score with our own computation."""
    began = time.monotonic()
    library = Library(
        load_questionnaires(ROOT / "questionnaires"),
        load_organisations(ROOT / "organisations"),
        open_phrasebook(),
        QUESTIONNAIRE,
    )
    async with Emulator(keep=0) as telegram, _bot(telegram, library, folder) as desk:
        turns = asyncio.Semaphore(AT_ONCE)
        phones = [telegram.phone("Ana") for _ in people]
        labels = _labels(library)
        pairs = list(zip(phones, people, strict=True))
        await asyncio.gather(*(_interview(turns, phone, answers, labels) for phone, answers in pairs))
        out = folder / "export"
        async with desk.store.snapshot() as snapshot:
            filters = Filters(snapshot.as_of)
            await export(
                snapshot, out, filters, lambda edition: library.content(edition, library.default_organisation)
            )
    taps = 29 * len(people)
    alpha = alphas_apart(people, keys, out, library.questionnaires[QUESTIONNAIRE].edition)
    return replace(_compared(people, keys, out, taps, time.monotonic() - began), alpha=alpha)


@asynccontextmanager
async def _bot(telegram: Emulator, library: Library, folder: Path) -> AsyncIterator[Desk]:
    keys = Keys(bytes(range(32)))
    store = await open_store(f"sqlite:///{folder / 'attune.db'}", keys.fingerprint, clock=_now)
    for edition in library.editions():
        await store.keep_edition(edition)
    desk = Desk(store, library, keys, _now)
    async with Wire(telegram.token, telegram.url) as wire:
        stop = asyncio.Event()
        task = asyncio.create_task(Service(desk, wire, await wire.me()).run(stop))
        try:
            yield desk
        finally:
            stop.set()
            await task
    await store.close()


def _now() -> datetime:
    return datetime.now(UTC)


def _labels(library: Library) -> Mapping[int, str]:
    edition = library.questionnaires[QUESTIONNAIRE].edition
    choices = edition.questionnaire.answers["accuracy"].choices
    return {choice.value: edition.texts["en"].labels["accuracy"][choice.id] for choice in choices}


async def _interview(
    turns: asyncio.Semaphore, phone: Phone, answers: Answers, labels: Mapping[int, str]
) -> None:
    async with turns:
        await phone.starts()
        for label in ("Let's begin", "I am 18 or older and I agree", "Yes, they may"):
            await phone.taps(label, seconds=PATIENCE)
        for place, value in enumerate(answers.values(), 1):
            await phone.sees(f"{place} of {len(answers)}", seconds=PATIENCE)
            await phone.taps("Skip" if value is None else labels[value], seconds=PATIENCE)
        await phone.taps("Show my result", seconds=PATIENCE)
        await phone.sees("Your result is ready.", seconds=PATIENCE)


# ---------------------------------------------------------------- compared


def _compared(people: Sequence[Answers], keys: Published, out: Path, taps: int, seconds: float) -> Found:
    """Match responses with people by their answers: nobody's response names who it was."""
    with (out / "responses_wide.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(people), f"{len(rows)} responses of {len(people)} people"
    due: dict[tuple[str, ...], list[Answers]] = defaultdict(list)
    for answers in people:
        due[tuple(str(value if value is not None else -99) for value in answers.values())].append(answers)
    worst, missing = 0.0, 0
    for row in rows:
        answers = due[tuple(row[item] for item in people[0])].pop()
        for scale, key in keys.items():
            ours, theirs = scored(answers, key), float(row[scale])
            missing += ours == TOO_FEW
            worst = max(worst, abs(ours - theirs))
    assert not any(due.values()), "somebody's answers came out changed"
    return Found(len(rows), taps, len(rows) * len(keys), missing, worst, None, seconds)
