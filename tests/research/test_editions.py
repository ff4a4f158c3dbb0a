"""Several editions of a questionnaire in one folder: nothing is lost, and nothing moves to another column."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.conversation.library import Library
from bot.questionnaire.model import Edition, Item, Questionnaire, Sensitivity
from tests.research.interviewing import Interviewing, written
from tests.research.reading import header, lines, manifest


def changed(
    library: Library, questionnaire: str, change: Callable[[Questionnaire], Questionnaire]
) -> Library:
    """Return the library after an author's change."""
    old = library.questionnaires[questionnaire].edition
    digest = "".join(reversed(old.digest))
    words = {
        language: texts.model_copy(update={"items": {**texts.items, "has_fish": "Do you have a fish?"}})
        for language, texts in old.texts.items()
    }
    edition = Edition(digest=digest, questionnaire=change(old.questionnaire), texts=words)
    return library_with(library, edition)


def remade(questionnaire: Questionnaire, **changes: Any) -> Questionnaire:
    """Return it with changes; a copy would take what was worked out for the old one along."""
    fields = {name: getattr(questionnaire, name) for name in Questionnaire.model_fields}
    return Questionnaire(**(fields | changes))


def library_with(library: Library, edition: Edition) -> Library:
    """Return the library with this edition as today's."""
    name = edition.questionnaire.id
    loaded = replace(library.questionnaires[name], edition=edition)
    return replace(library, questionnaires={**library.questionnaires, name: loaded})


def fish_for_cats(questionnaire: Questionnaire) -> Questionnaire:
    """Ask first about fish, and about cats no more."""
    fish = questionnaire.item("has_cat").model_copy(update={"id": "has_fish"})
    items: tuple[Item, ...] = (fish, *questionnaire.items[:-1])
    form = questionnaire.form.model_copy(update={"items": tuple(item.id for item in items)})
    return remade(questionnaire, version="2.0.0", items=items, forms=(form,))


async def test_columns_are_those_of_all_editions_the_newest_first(desk: Interviewing, tmp_path: Path) -> None:
    """What an edition doesn't ask is -97; what only an older one asked comes last."""
    await desk.person("old").finishes(0, 1)
    desk.library = changed(desk.library, "show-if", fish_for_cats)
    await desk.store.keep_edition(desk.library.questionnaires["show-if"].edition)
    await desk.person("new").finishes(1, 0)
    folder = await written(desk.store, desk.library, tmp_path / "out")
    assert ",has_fish,has_dog,walks,in_rain,has_cat," in header(folder, "responses_wide.csv")
    rows = {row["questionnaire_version"]: row for row in lines(folder, "responses_wide.csv")}
    assert [rows["1.0.0"][item] for item in ("has_fish", "has_dog", "has_cat")] == ["-97", "0", "1"]
    assert [rows["2.0.0"][item] for item in ("has_fish", "has_dog", "has_cat")] == ["1", "0", "-97"]
    said = manifest(folder)["editions"]
    assert [(one["version"], one["responses"]) for one in said] == [("2.0.0", 1), ("1.0.0", 1)]
    assert rows["2.0.0"]["edition_sha256"] == said[0]["sha256"]
    labels = {row["variable"]: row["label"] for row in lines(folder, "codebook.csv") if row["reverse"]}
    assert list(labels) == ["has_fish", "has_dog", "walks", "in_rain", "has_cat"]
    assert labels["has_cat"] == "Do you have a cat?"


async def test_an_identifier_is_withheld(desk: Interviewing, tmp_path: Path) -> None:
    """An item that its author declares an identifier is -96 wherever its answer would stand."""

    def declared(questionnaire: Questionnaire) -> Questionnaire:
        cat = questionnaire.items[-1].model_copy(update={"sensitivity": Sensitivity.IDENTIFIER})
        return remade(questionnaire, items=(*questionnaire.items[:-1], cat))

    desk.library = changed(desk.library, "show-if", declared)
    await desk.store.keep_edition(desk.library.questionnaires["show-if"].edition)
    await desk.person("a").finishes(0, 1)
    await desk.person("b").finishes(0, None)
    folder = await written(desk.store, desk.library, tmp_path / "out")
    assert {row["has_cat"] for row in lines(folder, "responses_wide.csv")} == {"-96", "-99"}
    long = [row for row in lines(folder, "answers_long.csv") if row["item_id"] == "has_cat"]
    assert {(row["state"], row["choice"], row["value"], row["label"]) for row in long} == {
        ("answered", "-96", "-96", ""),
        ("skipped", "-99", "-99", ""),
    }
    events = [row for row in lines(folder, "events.csv") if row["item_id"] == "has_cat"]
    assert {(row["event"], row["choice"]) for row in events} == {("answered", "-96"), ("skipped", "")}


async def test_words_are_read_back_as_their_author_wrote_them(desk: Interviewing, tmp_path: Path) -> None:
    """Commas, quotes, line breaks, a formula, other scripts: nothing is escaped but as CSV has it."""
    odd = '=1+1, "no"\nreally, \u5426\u2026\t'
    shown = desk.library.questionnaires["show-if"].edition
    english = shown.texts["en"]
    labels = {**english.labels, "yes_no": {"no": odd, "yes": "Yes"}}
    texts = {"en": english.model_copy(update={"labels": labels})}
    edition = shown.model_copy(update={"digest": "0" * 64, "texts": texts})
    desk.library = library_with(desk.library, edition)
    await desk.store.keep_edition(edition)
    await desk.person("a").finishes(0, 1)
    folder = await written(desk.store, desk.library, tmp_path / "out")
    assert lines(folder, "answers_long.csv")[0]["label"] == odd
    book = {row["variable"]: row["values"] for row in lines(folder, "codebook.csv") if row["reverse"]}
    assert book["has_dog"] == f"0={odd} | 1=Yes"
