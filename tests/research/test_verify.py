"""`--verify` believes nothing: it folds every interview, scores it again, and compares every line."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.errors import OperatorError
from bot.research import verify as verifying
from bot.research.bundle import Wanted, export
from bot.research.survey import Filters
from bot.research.writing import Lines
from bot.storage.store import Snapshot, StoredSession
from tests.research.interviewing import Interviewing, written
from tests.research.reading import inside, manifest
from tests.research.snapshots import Seen

Change = Callable[[StoredSession], StoredSession]


class Changed(Seen):
    """A snapshot whose interviews aren't what was stored."""

    def __init__(self, snapshot: Snapshot, change: Change) -> None:
        super().__init__(snapshot)
        self._change = change

    async def sessions(self, questionnaire: str) -> AsyncIterator[StoredSession]:
        async for stored in super().sessions(questionnaire):
            yield self._change(stored)


async def verified(desk: Interviewing, out: Path, change: Change) -> None:
    """Export with a check of everything, from a snapshot in which something was changed."""
    library = desk.library
    async with desk.store.snapshot() as snapshot:
        await export(
            Changed(snapshot, change),
            out,
            Filters(snapshot.as_of),
            lambda edition: library.content(edition, library.default_organisation),
            wanted=Wanted(verify=True),
        )


def answered_otherwise(stored: StoredSession) -> StoredSession:
    """Change an answer in the session, not in the log."""
    session = stored.session
    item, answer = next(iter(session.answers.items()))
    other = "no" if answer.choice == "yes" else "yes"
    return replace(
        stored, session=replace(session, answers={**session.answers, item: replace(answer, choice=other)})
    )


def without_an_event(stored: StoredSession) -> StoredSession:
    """Lose the last event."""
    return replace(stored, events=stored.events[:-1])


@pytest.mark.parametrize("change", [answered_otherwise, without_an_event])
async def test_a_session_that_is_not_its_log_is_named(
    desk: Interviewing, tmp_path: Path, change: Change
) -> None:
    """Nothing is written, and the sentence names the response."""
    await desk.person("a").finishes(1, 2, 1, 0)
    async with desk.store.snapshot() as snapshot:
        (stored,) = [one async for one in snapshot.sessions("show-if")]
    with pytest.raises(OperatorError, match=f"{stored.response_id}.*events amount to"):
        await verified(desk, tmp_path / "out", change)
    assert inside(tmp_path) == []


async def test_a_quick_line_that_is_not_the_tables_own_is_named(
    desk: Interviewing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault planted into the quick way is found by the slow one."""
    await desk.person("a").finishes(1, 2, 1, 0)

    class Wrong(Lines):
        def of(self, interview: Any) -> Any:
            return (
                [line.replace("complete", "partial") for line in lines] for lines in super().of(interview)
            )

    monkeypatch.setattr(verifying, "Lines", Wrong)
    with pytest.raises(OperatorError, match=r"responses_wide\.csv aren't what the table declares"):
        await written(desk.store, desk.library, tmp_path / "out", wanted=Wanted(verify=True))


async def test_the_manifest_says_that_it_was_verified(desk: Interviewing, tmp_path: Path) -> None:
    """And that it wasn't."""
    await desk.person("a").finishes(1, 2, 1, 0)
    for name, verify in (("yes", True), ("no", False)):
        out = await written(desk.store, desk.library, tmp_path / name, wanted=Wanted(verify=verify))
        assert manifest(out)["verified"] is verify
