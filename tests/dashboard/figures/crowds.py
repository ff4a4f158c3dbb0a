"""Made-up months: people by kind, counted as a week counts them, and published through a real store."""

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import prod

from bot.dashboard.figures.counting import FINISHED, LEFT, UNFINISHED, Counts, add
from bot.dashboard.figures.publication import Publication, publications
from bot.organisation.model import Organisation
from bot.storage.invites import Invite, new_code
from bot.storage.memory import MemoryStore
from tests.dashboard.figures.attacker import APART, Kind, Worlds

FIRST = date(2026, 11, 2)  # a Monday; November 2026 has the four weeks from here on
LATER = datetime(2026, 12, 1, 12, tzinfo=UTC)
WEEKS = tuple((FIRST + timedelta(days=7 * place)).isoformat() for place in range(4))


def an_organisation(time_zone: str = "UTC") -> Organisation:
    """Return an organisation of which only the time zone matters."""
    return Organisation.model_validate(
        {
            "id": "made",
            "name": "Made",
            "languages": ["en"],
            "greeting": {"en": "Hello"},
            "sign_off": {"en": "Bye"},
            "colours": {"background": "#000000", "text": "#ffffff"},
            "contact": {"phone": "1", "hours": {"en": "always"}},
            "privacy": {"en": "None of it is true."},
            "emergency": [{"number": "911", "label": {"en": "Emergency"}}],
            "time_zone": time_zone,
        }
    )


@dataclass(frozen=True)
class Month:
    """A month of made-up people."""

    worlds: Worlds
    people: Counter[Kind]

    def counts(self, week: str) -> Counts:
        """Return what is counted of a week."""
        counts: Counts = {}
        for kind, n in self.people.items():
            if kind[0] == week:
                _add(counts, kind, n)
        return counts

    async def published(self) -> tuple[Publication, ...]:
        """Return what is published of it."""
        return await publish([self.counts(week) for week in WEEKS])


def _add(counts: Counts, kind: Kind, n: int) -> None:
    _, place, channel, outcome, what, shared, language, back = kind
    if outcome in APART:
        add(counts, outcome, what, n=n)
        return
    add(counts, "place", place, outcome, n)
    add(counts, "channel", channel, outcome, n)
    if outcome == UNFINISHED:
        add(counts, "question", what, n=n)
    if outcome == FINISHED:
        add(counts, "segment", what, shared, n)
        add(counts, "place_shared", place, shared, n)
        add(counts, "back", back, n=n)
        add(counts, "place_back", place, back, n)
        add(counts, "language", language, n=n)
        add(counts, "seconds", "120", n=n)


async def publish(weeks: Sequence[Counts], store: MemoryStore | None = None) -> tuple[Publication, ...]:
    """Publish weeks one after another, as they end, and their month."""
    store, organisation = store or MemoryStore(), an_organisation()
    created = datetime.combine(FIRST, datetime.min.time(), UTC)
    await store.keep_invite(Invite(new_code(), organisation.id, "made", "any", created))
    for place, counts in enumerate(weeks):
        await store.publish(organisation.id, f"raw:{WEEKS[place]}", json.dumps(counts))
    return await publications(store, organisation, LATER)


def weeks_of(published: Sequence[Publication]) -> dict[str, list[str]]:
    """Return the weeks of each publication that is about weeks."""
    return {one.name: list(one.body["weeks"]) for one in published if not one.is_month}


def a_month(chance: random.Random) -> Month:
    """Return a month in which many numbers are small, some are nothing and some are large."""
    worlds = Worlds(
        WEEKS,
        tuple(f"place {one}" for one in range(chance.randint(1, 4))),
        ("telegram", "web")[: chance.randint(1, 2)],
        tuple(f"made/q{one}" for one in range(chance.randint(1, 3))),
        tuple(f"made/s{one}" for one in range(chance.randint(1, 3))),
        ("en", "es")[: chance.randint(1, 2)],
    )
    kinds = worlds.kinds()
    liked = {name: chance.choice((0.05, 0.3, 1, 3)) for kind in kinds for name in kind}
    liked |= {name: chance.choice((0.1, 0.3, 1)) for name in (LEFT, UNFINISHED)}
    liked |= dict.fromkeys(APART, 0)
    weights = [prod(liked[name] for name in kind) for kind in kinds]
    drawn = chance.choices(kinds, weights, k=chance.choice((12, 30, 80, 200, 500)))
    return Month(worlds, Counter([*drawn, *_apart(chance, worlds, drawn)]))


def _apart(chance: random.Random, worlds: Worlds, people: Sequence[Kind]) -> Iterator[Kind]:
    """Yield what is counted by itself: of each who finished their tips, and taps and visits of nobody."""
    for name in APART:
        rows = worlds.rows(name)
        liked = [chance.choice((0.05, 0.3, 1, 3)) for _ in rows]
        finished = [kind[0] for kind in people if kind[3] == FINISHED]
        taps = [chance.choice(WEEKS) for _ in range(chance.choice((0, 8, 60)))]
        for week in taps if name in {"taps", "visits"} else finished:
            yield (week, "", "", name, chance.choices(rows, liked)[0], "", "", "")
