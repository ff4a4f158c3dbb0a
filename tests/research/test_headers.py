"""The page for researchers gives the header lines; they are contracts."""

import re
from pathlib import Path

import pytest

from bot.conversation.event_log import EVENTS
from bot.conversation.library import Library
from bot.questionnaire.model import Questionnaire
from bot.questionnaire.structure import RESERVED
from bot.research.survey import REASONS
from bot.storage.memory import MemoryStore
from tests.research.interviewing import Interviewing, written
from tests.research.reading import header, lines

FILES = ("responses_wide.csv", "answers_long.csv", "events.csv", "scores.csv", "codebook.csv")


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    """Return the page."""
    return (root / "docs" / "export.md").read_text("utf-8")


def promised(page: str, of: str) -> str:
    """Return the header line that the page gives."""
    found = re.findall(rf"^<!-- header{of} -->\n```\n(.+)\n```$", page, flags=re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


def filled(line: str, questionnaire: Questionnaire) -> str:
    """Put the columns of a questionnaire into the page's pattern."""
    for name, ids in {
        "{items}": [item.id for item in questionnaire.items],
        "{scales}": [scale.id for scale in questionnaire.scales],
        "{p_segments}": [f"p_{segment.id}" for segment in questionnaire.segments],
    }.items():
        line = line.replace(name + ",", "".join(f"{one}," for one in ids))
    return line


async def exported(library: Library, questionnaire: str, out: Path) -> Path:
    """Export one interview that has just begun."""
    store = MemoryStore()
    for edition in library.editions():
        await store.keep_edition(edition)
    person = Interviewing(store, library.cast(questionnaire)).person("a")
    await person.starts()
    await person.agrees()
    return await written(store, library, out)


@pytest.mark.parametrize("questionnaire", ["big-five", "health-mindset", "social-engagement"])
async def test_the_headers_are_those_of_the_page(
    shipped: Library, page: str, tmp_path: Path, questionnaire: str
) -> None:
    """Every file begins with the line that the page gives."""
    folder = await exported(shipped, questionnaire, tmp_path / "out")
    asked = shipped.questionnaires[questionnaire].edition.questionnaire
    expected = {name: filled(promised(page, f": {name}"), asked) for name in FILES}
    assert {name: header(folder, name) for name in FILES} == expected


async def test_the_page_gives_a_whole_example(shipped: Library, page: str, tmp_path: Path) -> None:
    """The line for Big Five is the one that is written."""
    folder = await exported(shipped, "big-five", tmp_path / "out")
    assert header(folder, "responses_wide.csv") == promised(page, " of big-five: responses_wide.csv")


async def test_the_codebook_explains_every_column(shipped: Library, tmp_path: Path) -> None:
    """Each column of each file stands in the codebook, items in every language with their values."""
    folder = await exported(shipped, "health-mindset", tmp_path / "out")
    book = lines(folder, "codebook.csv")
    for name in FILES:
        explained = [row["variable"] for row in book if row["file"] == name]
        assert list(dict.fromkeys(explained)) == header(folder, name).split(",")
    assert all(row["label"] and row["type"] and row["language"] for row in book)
    edition = shipped.questionnaires["health-mindset"].edition
    item = edition.questionnaire.items[0]
    both = {row["language"]: row for row in book if row["variable"] == item.id}
    assert both["es"]["label"] == edition.texts["es"].items[item.id]
    low = edition.questionnaire.choices(item.id)[0]
    assert both["es"]["values"].startswith(
        f"{low.value}={edition.texts['es'].labels[item.answers][low.id]} | "
    )


def test_no_item_can_take_the_name_of_another_column(page: str) -> None:
    """The check of questionnaires refuses every fixed column of the wide file."""
    columns = promised(page, ": responses_wide.csv").split(",")
    assert {column for column in columns if not column.startswith("{")} <= RESERVED


def test_the_page_names_every_event(page: str) -> None:
    """Each kept event, by the name that it has in the file."""
    kept = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() for name, kind in EVENTS.items() if kind.kept}
    (listed,) = re.findall(r"- `event` is one of ([^.]+)\.", page)
    assert set(re.findall(r"`(\w+)`", listed)) == kept


def test_the_page_names_every_reason(page: str) -> None:
    """Whoever is left out is explained."""
    assert dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", page, flags=re.MULTILINE)).items() >= REASONS.items()
