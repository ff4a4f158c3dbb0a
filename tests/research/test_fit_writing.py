"""How `fit` writes into an author's file, and where the folder that it leaves may stand."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from bot.errors import AuthorError
from bot.questionnaire.check import check
from bot.questionnaire.load import load, load_all
from bot.questionnaire.sources import read_sources
from bot.research.fit.writing import next_version, rewritten
from tests.research.made_up_people import TINY

TODAY = date(2026, 11, 24)


def test_only_the_named_blocks_change_and_comments_stay() -> None:
    """A comment belongs to the block below it; a block that wasn't there goes before the title."""
    text = "# mine\nid: a\nversion: '1'\n\n# of the forms\nforms:\n  - x\n# of the title\ntitle: T\n"
    written = rewritten(text, {"forms": ["forms:", "  - y"], "evidence": ["evidence: 1"], "status": []})
    assert written == (
        "# mine\nid: a\nversion: '1'\n\n# of the forms\nforms:\n  - y\n"
        "# of the title\nevidence: 1\ntitle: T\n"
    )


@pytest.mark.parametrize(
    ("before", "after"), [("1.0.0", "1.1.0"), ("2.9", "2.10.0"), ("spring", "spring-fitted")]
)
def test_a_fit_is_a_new_version(before: str, after: str) -> None:
    """Its middle number rises: people can notice another model."""
    assert next_version(before) == after


def test_a_fitted_folder_may_have_any_name_until_it_stands_beside_others(tmp_path: Path) -> None:
    """Alone it loads and has no problems; on a shelf its name must be the questionnaire's."""
    fitted = tmp_path / "Fit_1"
    shutil.copytree(TINY, fitted)
    assert [problem.code for problem in check(read_sources(fitted), TODAY, [])] == ["folder-id"]
    (fitted / "evidence").mkdir()
    (fitted / "evidence" / "fit.json").write_text("{}", "utf-8")
    assert check(read_sources(fitted), TODAY, []) == []
    assert load(fitted).id == "with-segments"
    with pytest.raises(AuthorError, match="is called with-segments"):
        load_all(tmp_path)
