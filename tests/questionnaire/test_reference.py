"""The pages that authors read say what the program does."""

import json
import re
from pathlib import Path

import bot.organisation.reference
from bot.organisation.codes import ORGANISATION
from bot.questionnaire import reference
from bot.questionnaire.codes import TABLE
from tests.questionnaire.planting import checked


def test_the_page_about_questionnaires_is_up_to_date(root: Path) -> None:
    """Else: `python -m bot.questionnaire.reference`."""
    assert (root / "questionnaires" / "README.md").read_text("utf-8") == reference.reference()


def test_the_page_about_organisations_is_up_to_date(root: Path) -> None:
    """Else: `python -m bot.organisation.reference`."""
    assert (root / "organisations" / "README.md").read_text("utf-8") == bot.organisation.reference.reference()


def test_the_questionnaire_of_ten_minutes_has_no_mistake(tmp_path: Path) -> None:
    """Whoever copies the guide's example is told that all is well."""
    folder = tmp_path / "sleep"
    folder.mkdir()
    (folder / "questionnaire.yaml").write_text(reference.example(), "utf-8")
    assert checked(folder) == []


def test_every_key_has_a_description() -> None:
    """A key without one would be an empty cell in the page and an empty bubble in the editor."""
    pages = (reference.reference(), bot.organisation.reference.reference())
    assert not [line for page in pages for line in page.splitlines() if re.search(r"\|\s*\|$", line)]


def test_every_code_is_in_a_page(root: Path) -> None:
    """And says in whole sentences what is wrong and what to do."""
    page = (root / "questionnaires" / "README.md").read_text("utf-8")
    page += (root / "organisations" / "README.md").read_text("utf-8")
    rows = {**TABLE.rows, **ORGANISATION}
    assert not [code for code in rows if f"| `{code}` |" not in page]
    assert not [code for code, row in rows.items() if not (row.what.endswith((".", ")")) and row.hint)]


def test_every_link_within_the_page_leads_somewhere(root: Path) -> None:
    """Types in the tables lead to their own sections."""
    page = (root / "questionnaires" / "README.md").read_text("utf-8")
    anchors = {heading.lower() for heading in re.findall(r"^#### (\w+)$", page, flags=re.MULTILINE)}
    assert set(re.findall(r"\]\(#(\w+)\)", page)) <= anchors


def test_the_page_tells_what_is_left_out_by_its_default() -> None:
    """The defaults in the page are those of the models."""
    page = reference.reference()
    assert f"| `minimum_age` | whole number (at least 18) | `{json.dumps(18)}` |" in page
    assert "| `items` | list of [Item](#item) (at least 1) | must be there |" in page
    assert "| `method` | `mean` or `sum` |" in page
