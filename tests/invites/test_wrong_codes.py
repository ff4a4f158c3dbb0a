"""A wrong code gives nothing away by the clock; ten thousand by hand, `python -m tests.wrong_codes 10000`."""

from pathlib import Path

import pytest

from tests.wrong_codes import ABSENT, attributed, difference, house, timed

FAR = 0.2  # from chance; at this size chance alone comes to a seventh of it


@pytest.mark.slow
async def test_a_wrong_code_cannot_be_told_from_one_that_was_never_there(tmp_path: Path) -> None:
    async with house(tmp_path) as (desk, codes):
        seconds = await timed(desk, codes, 150)
        for kind in codes:
            assert abs(difference(seconds[kind], seconds[ABSENT]).told_apart - 0.5) < FAR, kind
        assert await attributed(desk, codes, 100) == 0


def test_the_comparison_finds_a_code_that_takes_longer() -> None:
    """A planted difference of a tenth is seen at this size; none is seen where there is none."""
    quick = [1 + number / 500 for number in range(150)]
    slow = [one * 1.1 for one in quick]
    assert difference(slow, quick).told_apart > 0.5 + FAR
    assert difference(quick, quick).told_apart == pytest.approx(0.5)
