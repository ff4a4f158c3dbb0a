"""The report's page in a real Chromium: on a phone and on a desk, light and dark, looked at by axe."""

import random
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ViewportSize

from bot.questionnaire.load import load
from bot.research.report.collecting import from_file
from bot.research.report.making import Wanted, report
from bot.research.report.page import page
from tests.browser.person import DESKTOP, PHONE
from tests.conftest import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Scheme = Literal["light", "dark"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a report that has every kind of picture and table, on people who answered by chance."""
    folder = tmp_path_factory.mktemp("report")
    edition = load(ROOT / "tests" / "questionnaires" / "spi40").edition
    chance = random.Random(3)
    items = [item.id for item in edition.questionnaire.items]
    lines = [",".join([*items, "segment", "age", "sex", "health"])]
    for _ in range(400):
        told = [
            f"s{chance.randint(1, 5)}",
            chance.randint(18, 90),
            chance.randint(1, 2),
            chance.randint(1, 5),
        ]
        lines.append(",".join(map(str, [*(chance.randint(1, 6) for _ in items), *told])))
    data = folder / "answers.csv"
    data.write_text("\n".join(lines) + "\n", "utf-8")
    found = from_file(data, edition, lambda _: None, "segment")
    out = folder / "report.html"
    out.write_text(page(report(found.people, None, Wanted(), lambda _done, _of: None)), "utf-8")
    return out


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(PHONE, "light"), (DESKTOP, "light"), (DESKTOP, "dark")],
    ids=["phone", "desk", "dark"],
)
async def test_it_is_readable_everywhere(
    browser: Browser, written: Path, size: ViewportSize, scheme: Scheme
) -> None:
    """Axe finds nothing, nothing is wider than the screen, no script runs and nothing is asked for."""
    context = await browser.new_context(
        viewport=size, color_scheme=scheme, bypass_csp=True
    )  # axe is a script
    shown = await context.new_page()
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    await shown.goto(written.as_uri())
    assert await shown.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    assert await shown.locator("svg[role=img]").count() >= 4
    found = await Axe().run(shown)
    assert found.violations_count == 0, found.generate_report()
    assert asked == [written.as_uri()]
    await context.close()
