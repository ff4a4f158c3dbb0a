"""Take all real people through the Telegram wire: `python -m tests.real_people [--people N]`."""

import argparse
import asyncio
import tempfile
from pathlib import Path

from tests.conftest import SHARED
from tests.real_people.wire import CLOSE, CLOSE_ALPHA, everybody, published_keys, run


def main() -> None:
    """Print what was found; fail where a score differs."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, help="only so many; everybody if left out")
    wanted = options.parse_args().people
    keys = published_keys(SHARED)
    people = everybody(SHARED, keys)[:wanted]
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(run(people, keys, Path(folder)))
    alpha = "too few people" if found.alpha is None else f"largest difference {found.alpha:.1e}"
    print(  # noqa: T201 - a script's answer
        f"{found.people} people, {found.taps} taps over the wire, {found.scores} scale scores "
        f"({found.missing} missing by rule): largest difference {found.worst:.1e}; {found.seconds:.0f} s\n"
        f"alpha in the report: {alpha}"
    )
    if found.worst > CLOSE or (found.alpha or 0) > CLOSE_ALPHA:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
