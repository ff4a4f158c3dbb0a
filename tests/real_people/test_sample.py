"""A sample of real people over the wire; all of them by `python -m tests.real_people`."""

import random
from pathlib import Path

import pytest

from tests.real_people.wire import CLOSE, TOO_FEW, everybody, published_keys, run, scored


@pytest.mark.slow
async def test_scores_of_real_people_come_out_right(shared: Path, tmp_path: Path) -> None:
    """Half of the sample has missing answers, which are skips; one has too few for some scale."""
    keys = published_keys(shared)
    people = everybody(shared, keys)
    gaps = [person for person in people if None in person.values()]
    whole = [person for person in people if None not in person.values()]
    few = next(person for person in gaps if any(scored(person, key) == TOO_FEW for key in keys.values()))
    draw = random.Random(60)
    sample = [few, *draw.sample(gaps, 29), *draw.sample(whole, 30)]
    found = await run(sample, keys, tmp_path)
    assert found.people == 60
    assert found.missing
    assert found.worst <= CLOSE
