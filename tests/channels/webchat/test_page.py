"""What a page is made of: the parts of a text, and what can be done about each line beside it."""

import re

import pytest

from bot.web.text import Line, Run, blocks
from tests.channels.webchat.conftest import Web


def test_each_kind_of_line_is_a_part_of_its_own() -> None:
    text = "**Lead**\n\n**Heading**\n• point\n1. first **yes**\n\nWords\n▓▓░░░░░░░░ goals"
    kinds = ["lead", "heading", "list", "numbered", "paragraph", "bars"]
    assert [part.kind for part in blocks(text)] == kinds
    assert [part.kind for part in blocks("**To do:** walk")] == ["task"]


@pytest.mark.parametrize(
    ("words", "long"),
    [("goals", 20), ("goals **about 23 in 100**", 23), ("goals **300**", 100), ("24 h", 20)],
)
def test_a_bar_is_as_long_as_the_number_beside_it(words: str, long: int) -> None:
    """The ten cells of a chat are for where nothing finer is said."""
    (part,) = blocks(f"▓▓░░░░░░░░ {words}")
    assert part.lines[0].bar == long


def test_a_numbered_line_keeps_its_number_as_it_is_written() -> None:
    (part,) = blocks("12. I often think. **A little**")
    assert part.lines == (Line((Run("I often think. "), Run("A little", bold=True)), number="12."),)


def beside(page: str) -> list[str]:
    """Return the lines that have a button each."""
    listed = page.partition('class="numbered beside"')[2].partition("</ul>")[0]
    return re.findall(r"<li>(.*?)</li>", listed, re.DOTALL)


@pytest.mark.slow
async def test_what_can_be_done_about_a_line_stands_beside_it(web: Web) -> None:
    """Each answer with the button that changes it; each other result with the button that takes it."""
    browser = await web.browser()
    await browser.reaches_questions("/chat/hello")
    for _ in range(12):
        await browser.taps("Mostly")
    await browser.taps("Check my answers")
    numbers = [re.findall(r"(\d+)\.?<", line) for line in beside(browser.answer.text)]
    assert numbers == [[str(n), str(n)] for n in range(1, 13)]
    await browser.taps("Show my result")
    await browser.taps("That's not me")
    lines = beside(browser.answer.text)
    assert len(lines) == 4
    assert all(line.count("<button") == 1 for line in lines)
