"""Numbers and days are told in steps where they would tell people apart; Safe Harbor knows years only."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from bot.questionnaire.model import NumberAnswer, Sensitivity
from bot.research.bundle import Wanted
from bot.research.coarsening import chosen, steps
from bot.research.disclosure import K, Profile
from bot.research.layout import merge
from tests.research.generated import Made, Maker, bundle
from tests.research.readback import READERS, differences
from tests.research.reading import lines, manifest

CODES = {"-96", "-97", "-98", "-99"}
EVERYTHING = ("csv", "sav", "dta", "parquet", "xlsx", "fhir")
SAFE = Wanted(EVERYTHING, profile=Profile.SAFE_HARBOR)


def declared(made: Made, items: tuple[str, ...], *, ages: bool = False) -> Made:
    """Return a data set whose editions declare these items as quasi-identifiers, and years as an age."""
    editions = []
    for edition in made.editions:
        asked = edition.questionnaire
        listed = tuple(
            one.model_copy(update={"sensitivity": Sensitivity.QUASI if one.id in items else Sensitivity.NONE})
            for one in asked.items
        )
        years = asked.answers["years"]
        assert isinstance(years, NumberAnswer)
        answers = {**asked.answers, "years": years.model_copy(update={"is_age": ages})}
        changed = asked.model_copy(update={"items": listed, "answers": answers})
        editions.append(edition.model_copy(update={"questionnaire": changed}))
    return replace(made, editions=tuple(editions))


def plain(people: int) -> Made:
    """Return a data set in which no item changes its kind."""
    return next(
        made
        for made in (Maker(seed, people=people).made() for seed in range(20))
        if all(
            edition.questionnaire.item(f"of_{kind}").answers == kind
            for edition in made.editions
            for kind in ("years", "day", "month", "several")
        )
    )


@pytest.mark.slow
async def test_numbers_days_and_ticks_are_k_anonymous_in_every_file(tmp_path: Path) -> None:
    """Each combination that is told is shared by five people; every format says the same."""
    items = ("of_years", "of_day", "of_several")
    out = await bundle(declared(plain(60), items), tmp_path / "out", Wanted(EVERYTHING))
    said, wide = manifest(out)["disclosure"], lines(out, "responses_wide.csv")
    assert said["quasi_identifiers"] == ["of_several", "of_years", "of_day"]
    assert set(said["coarsened"]) == {"of_years", "of_day"}
    columns = [name for name in wide[0] if name.startswith(("of_years", "of_day", "of_several"))]
    people: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in wide:
        people[tuple(row[name] for name in columns)].add(row["person_id"])
    assert said["k_reached"] == K
    assert min(map(len, people.values())) >= K
    assert sum(said["withheld_cells"].values()) > 0
    told = {(row["response_id"], row["item_id"]): row["value"] for row in lines(out, "answers_long.csv")}
    for row in wide:
        assert told.get((row["response_id"], "of_years"), "-97") == row["of_years"]
    logged = {row["choice"] for row in lines(out, "events.csv") if row["item_id"] == "of_day"} - {"", *CODES}
    assert logged <= {row["of_day"] for row in wide}
    assert [one for name in READERS for one in differences(out, name)] == []


@pytest.mark.slow
async def test_safe_harbor_leaves_years_and_no_age_over_89(tmp_path: Path) -> None:
    """In every table and every format; what tells such an age is withheld or put together."""
    out = await bundle(declared(plain(30), (), ages=True), tmp_path / "out", SAFE)
    wide = lines(out, "responses_wide.csv")
    newest = max(int(row["started_at"]) for row in wide)
    for name in ("of_day", "of_month"):
        years = {row[name] for row in wide} - CODES
        assert years
        assert all(len(year) == 4 and newest - int(year) < 90 for year in years)
        logged = {row["choice"] for row in lines(out, "events.csv") if row["item_id"] == name} - {"", *CODES}
        assert logged <= years | {"-96"}
        told = {row["value"] for row in lines(out, "answers_long.csv") if row["item_id"] == name} - CODES
        assert told == years
    ages = [int(row["of_years"]) for row in wide if row["of_years"] not in CODES]
    assert max(ages) == 90
    assert [one for name in READERS for one in differences(out, name)] == []


def test_a_step_is_as_fine_as_lets_most_stand_in_a_crowd() -> None:
    """Ages as they are for very many people, by fives for fewer, by tens for fewer still."""
    layout = merge("generated", plain(12).editions)

    def step(people: int, apart: int = 1) -> str | None:
        said: dict[str, set[str]] = defaultdict(set)
        for number in range(people):
            said[str(20 + number * apart % 60)].add(f"person-{number}")
        found = chosen(layout, "of_years", said, K)
        return found.name if found else None

    assert step(600) is None
    assert step(80) == "bands of 5, by their lowest number"
    assert step(30, apart=2) == "bands of 10, by their lowest number"


@pytest.mark.parametrize(
    ("item", "text", "told"),
    [
        ("of_years", "-3", ["-5", "-10", "-20", "-50", "-100"]),
        ("of_weight", "72.5", ["70", "70", "60", "50", "0"]),
        ("of_day", "1987-06-05", ["1987-06-01", "1987-01-01", "1980-01-01"]),
        ("of_month", "1987-06", ["1987-06", "1987-01", "1980-01"]),
        ("of_likely", "n3", []),
    ],
)
def test_the_steps_of_a_value(item: str, text: str, told: list[str]) -> None:
    """A band is called by its lowest number, a month or year by its first day."""
    found = steps(merge("generated", plain(12).editions), item)
    assert [step.make(text) for step in found[: len(told)]] == told
