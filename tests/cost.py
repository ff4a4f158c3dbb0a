"""The tests that run while one writes stay quick: one not marked slow takes little of a processor, or fails.

The law is about processor time, not the clock's, so that a busy machine fails nobody. It counts the programs
that a test starts, but not its fixtures: what is made once for many tests falls to whoever comes first. It
holds where CI says so and only quick tests were asked for.
"""

import os
import time
from collections.abc import Iterator

import pytest

MOST = 5.0
"""Seconds: the dearest takes two, and half as much again where others use the same processor."""


def spent() -> float:
    """Return the processor time of this process and of its programs that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


class Cost:
    """Holds each quick test to what it may cost."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Fail a test that passed, and was too dear."""
        before = spent()
        yield
        cost = spent() - before
        if cost > MOST and item.get_closest_marker("slow") is None:
            pytest.fail(
                f"This took {cost:.1f} s of a processor: make it cheaper, or mark it slow.", pytrace=False
            )


def held(config: pytest.Config) -> bool:
    """Tell whether this run holds its tests to the law."""
    return os.environ.get("CI") == "true" and "not slow" in config.option.markexpr
