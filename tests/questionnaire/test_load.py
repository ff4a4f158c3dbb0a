"""A folder becomes one frozen value, the same everywhere; a broken one is refused with the first reasons."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.errors import AuthorError
from bot.questionnaire.load import load, load_all
from bot.questionnaire.model import Edition, LocaleStatus
from tests.questionnaire.planted import MAIN
from tests.questionnaire.planting import ROOT, TINY, copied, replaced


def test_a_folder_becomes_an_edition() -> None:
    """Ids, texts and choices are where the other rooms look for them."""
    loaded = load(TINY / "two-languages")
    spanish = loaded.edition.texts["es"]
    assert loaded.id == "two-languages"
    assert loaded.edition.languages == ("en", "es")
    assert [choice.id for choice in loaded.edition.questionnaire.choices("tea")] == [
        "not_me",
        "a_little",
        "mostly",
        "just_me",
    ]
    assert spanish.items["coffee"] == "Me gusta el café."
    assert spanish.labels["fit"]["mostly"] == "Bastante"
    assert spanish.prompts["fit"] == "¿Cuánto se parece a usted?"
    assert spanish.status is LocaleStatus.DRAFTED


def test_the_words_no_and_yes_stay_words() -> None:
    """YAML 1.1 would have made them false and true."""
    loaded = load(TINY / "show-if")
    assert [choice.id for choice in loaded.edition.questionnaire.choices("has_dog")] == ["no", "yes"]


def test_tips_are_found_by_voice_topic_and_language() -> None:
    """Each has its voice's body and the one fact of its topic."""
    loaded = load(TINY / "with-segments")
    tip = loaded.tips["social", "walking", "en"]
    assert tip.body == "Good to know (social).\n{{ fact }}"
    assert tip.fact == "A short walk each day is good for the heart."
    assert {voice for voice, _, _ in loaded.tips} == {"steady", "social", "free", "neutral"}
    assert loaded.links["walking"][0].provider == "MedlinePlus"


def test_a_tip_can_be_withdrawn_at_once(tmp_path: Path) -> None:
    """Without its fact, or without its file, a tip isn't there; the questionnaire still loads."""
    folder = copied("with-segments", tmp_path)
    (folder / "tips" / "free" / "walking.md.j2").unlink()
    assert ("free", "walking", "en") not in load(folder).tips
    replaced(
        folder / "tips" / "facts.yaml",
        "  walking: A short walk each day is good for the heart.\n",
        "  rest: Rest.\n",
    )
    assert load(folder).tips == {}


@pytest.mark.slow
def test_an_edition_is_the_same_in_every_process() -> None:
    """The digest doesn't depend on the hash seed, the order of a set or the machine's memory."""
    script = "import sys; from pathlib import Path; from bot.questionnaire.load import load; "
    script += "print(load(Path(sys.argv[1])).edition.digest)"
    folder = TINY / "with-segments"
    digests = {
        subprocess.run(
            [sys.executable, "-c", script, str(folder)],
            env={"PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("0", "4711")
    }
    assert digests == {load(folder).edition.digest}


def test_any_change_of_words_is_another_edition(tmp_path: Path) -> None:
    """A comment changes nothing; one letter in any language does."""
    folder = copied("two-languages", tmp_path)
    before = load(folder).edition.digest
    replaced(folder / MAIN, "title: Two languages", "title: Two languages  # in short")
    assert load(folder).edition.digest == before
    replaced(folder / "locales" / "es.yaml", "Me gusta el té.", "Me gusta mucho el té.")
    assert load(folder).edition.digest != before


def test_an_edition_survives_its_storage() -> None:
    """What is stored as JSON and read again is the same edition."""
    edition = load(TINY / "with-segments").edition
    assert Edition.model_validate_json(edition.model_dump_json()) == edition


def test_nothing_loaded_can_be_changed() -> None:
    """Every interview shares it."""
    loaded = load(TINY / "with-segments")
    with pytest.raises(ValidationError, match="frozen"):
        loaded.edition.digest = ""  # type: ignore[misc]  # that is the claim
    with pytest.raises(TypeError):
        loaded.tips["steady", "walking", "en"] = None  # type: ignore[index]  # that is the claim
    with pytest.raises(TypeError):
        loaded.links["walking"] = ()  # type: ignore[index]  # that is the claim


def test_a_broken_folder_is_refused_with_its_first_problems(tmp_path: Path) -> None:
    """The operator is told where to look and what to run."""
    folder = copied("tiny", tmp_path)
    replaced(folder / MAIN, "items: [tea, coffee]", "items: [tea, a, b, c, d, e, f]")
    with pytest.raises(AuthorError) as caught:
        load(folder)
    told = str(caught.value)
    assert f"{folder / MAIN}:32:30: unknown-item: no item is called `a`" in told
    assert "... and 1 more." in told
    assert f"attune check {folder}" in told


def test_what_only_ought_to_be_better_does_not_stop_the_program(tmp_path: Path) -> None:
    """A tip past its review date is the check's affair; people are still answered."""
    folder = copied("with-segments", tmp_path)
    replaced(folder / "tips" / "free" / "walking.md.j2", "review_by: 2099-01-01", "review_by: 2000-01-01")
    assert load(folder).id == "with-segments"


def test_all_folders_are_loaded_by_their_ids() -> None:
    """Every folder with a questionnaire is on the shelf, and nothing else."""
    assert load_all(TINY).keys() == {path.parent.name for path in TINY.glob(f"*/{MAIN}")}


def test_a_second_part_must_be_on_the_shelf(tmp_path: Path) -> None:
    """An interview would end at a door that leads nowhere."""
    folder = copied("tiny", tmp_path)
    replaced(folder / MAIN, "forms:\n", "second_part: {questionnaire: show-if}\nforms:\n")
    with pytest.raises(AuthorError, match="no questionnaire is called `show-if`"):
        load_all(tmp_path)
    copied("show-if", tmp_path)
    assert load_all(tmp_path).keys() == {"tiny", "show-if"}


@pytest.mark.parametrize("missing", [True, False])
def test_an_empty_shelf_is_refused(tmp_path: Path, missing: bool) -> None:
    """A program without questionnaires says so at once."""
    folder = tmp_path / "none" if missing else tmp_path
    with pytest.raises(AuthorError, match=r"There is no folder|holds no questionnaire"):
        load_all(folder)


def test_what_came_later_changes_no_edition_of_before() -> None:
    """Keys that a questionnaire doesn't use aren't in its JSON, so that its digest stays what it was."""
    edition = load(TINY / "tiny").edition
    assert edition.digest.startswith("c74c8305b472")
    body = edition.model_dump_json()
    assert not [key for key in ("kind", "free_text", "prefer_not_to_say") if f'"{key}"' in body]
    assert Edition.model_validate_json(body) == edition
