"""Generated data sets by the hundred, cell for cell in every format: `python -m tests.research.many 0 1000`.

Prints each cell in which a format differs from the wide table, with the seed that makes the data set again.
"""

import argparse
import asyncio
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from tests.research.generated import Maker, bundle
from tests.research.readback import READERS, differences, wide
from tests.research.test_formats import CELLS_ONLY

EVERY = 50
"""After how many data sets it says how far it is."""


async def held(first: int, last: int) -> int:
    """Make the data sets of these seeds, and return how many cells differ."""
    seen: Counter[str] = Counter(interviews=0, cells=0, differences=0)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, last):
            out = await bundle(Maker(seed).made(), Path(folder) / str(seed), CELLS_ONLY)
            rows = wide(out)
            seen.update(interviews=len(rows), cells=sum(map(len, rows.values())))
            for name in READERS:
                for one in differences(out, name):
                    seen["differences"] += 1
                    print(f"seed {seed}: {name}: {one}", flush=True)  # noqa: T201 - a script's answer
            shutil.rmtree(out)
            if (seed + 1 - first) % EVERY == 0:
                print(f"{seed + 1 - first} data sets: {dict(seen)}", flush=True)  # noqa: T201 - the same
    print(f"{last - first} data sets: {dict(seen)}", flush=True)  # noqa: T201 - the same
    return seen["differences"]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int)
    asked = parser.parse_args()
    raise SystemExit(bool(asyncio.run(held(asked.first, asked.last))))
