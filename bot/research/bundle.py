"""The export: one snapshot becomes a folder.

Law: the same data give the same bytes. Rows stand in the order of their response ids, byte by byte, and no
clock is read. Interviews pass through a page at a time, so memory doesn't grow with them (but for SPSS and
Stata files, whose library wants them whole).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.errors import OperatorError
from bot.privacy import Keys
from bot.questionnaire.model import Edition
from bot.research import citation, crosswalk, own_words, package, page, vectors
from bot.research.codebook import FILE as CODEBOOK
from bot.research.disclosure import CAMPAIGN, Disclosure, Profile, disclose
from bot.research.draft import Draft
from bot.research.folder import Written, described, whole_folder
from bot.research.formats import CSV, Write, writer
from bot.research.found import Found
from bot.research.layout import Layout, merge
from bot.research.manifest import listed, manifest, write_manifest, write_readme, write_sums
from bot.research.own_words import OWN_WORDS, Opener
from bot.research.survey import Editions, Filters, HeldWith, Survey
from bot.research.variables import variables
from bot.research.verify import verify
from bot.research.writing import TABLES, AnyTable, Progress, tables, write_codebook, write_tables
from bot.storage.store import Snapshot, StoredSession


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a bundle is to hold."""

    formats: tuple[str, ...] = (CSV,)
    tables: tuple[str, ...] = tuple(TABLES)
    profile: Profile = Profile.RESEARCH
    response: str | None = None  # whose own data, by one of their response ids
    verify: bool = False
    words: Keys | None = None  # what opens own words, where they are wanted

    @property
    def opener(self) -> Opener | None:
        """Return what opens own words."""
        return None if self.words is None else Opener(self.words, every=self.profile is Profile.OWN_DATA)

    @property
    def files(self) -> tuple[str, ...]:
        """Return the files of the tables; the wide one is always there, for everything refers to it."""
        return tuple(file for name, file in TABLES.items() if name == "wide" or name in self.tables)


async def export(
    snapshot: Snapshot,
    out: Path,
    filters: Filters,
    held_with: HeldWith,
    *,
    questionnaire: str | None = None,
    current: Callable[[str], Edition | None] = lambda _questionnaire: None,
    wanted: Wanted | None = None,
    progress: Progress = lambda _done, _of: None,
) -> tuple[Mapping[str, Any], ...]:
    """Write the folder `out`; return the manifest of each questionnaire in it.

    One questionnaire's files stand in `out` itself; of several, each has a folder of its own there.
    `held_with` is for looking back to an earlier turn; `current` gives today's edition, which has the columns
    where a questionnaire has no interview to show; they are asked for then only.
    """
    wanted = wanted or Wanted()
    if not 0 <= filters.as_of <= snapshot.as_of:
        raise OperatorError(
            f"There is no turn {filters.as_of}.", remedy=f"--as-of goes from 0 to {snapshot.as_of}."
        )
    if wanted.words is not None and wanted.profile is Profile.SAFE_HARBOR:
        raise OperatorError(
            "Own words can't be exported under Safe Harbor, for nobody can tell whom they name.",
            remedy="Leave --with-own-words out, or --profile safe-harbor.",
        )
    writers = [writer(name) for name in wanted.formats if name != CSV]
    mine = await _of_person(snapshot, filters, wanted)
    there = await snapshot.questionnaires() if mine is None else _held(mine)
    ids = _wanted(there, questionnaire)
    editions = Editions(snapshot, held_with)
    with whole_folder(out) as draft:
        manifests = []
        for each in ids:
            folder = draft if len(ids) == 1 else draft / each
            folder.mkdir(exist_ok=True)
            survey = Survey(snapshot, each, filters, editions, mine)
            job = _Job(survey, wanted, current, tuple(writers), progress)
            manifests.append(await _questionnaire(job, folder))
        return tuple(manifests)


async def _of_person(snapshot: Snapshot, filters: Filters, wanted: Wanted) -> Sequence[StoredSession] | None:
    if wanted.profile is not Profile.OWN_DATA:
        return None
    if wanted.response is None or filters.as_of != snapshot.as_of:
        raise OperatorError(
            "A person's own data are all of them, as they are now.",
            remedy="Name one of the person's responses with --response, and leave --as-of out.",
        )
    mine = await snapshot.of_person(wanted.response)
    if not mine:
        raise OperatorError(f"There is no response {wanted.response}.", remedy="Check the code.")
    return mine


def _held(mine: Sequence[StoredSession]) -> Sequence[str]:
    return sorted({one.session.questionnaire for one in mine})


def _wanted(there: Sequence[str], questionnaire: str | None) -> Sequence[str]:
    if questionnaire is not None and questionnaire not in there:
        known = ", ".join(there) or "none"
        raise OperatorError(
            f"There are no interviews of {questionnaire}.", remedy=f"There are interviews of: {known}."
        )
    if not there:
        raise OperatorError(
            "There are no interviews yet.", remedy="Check DATABASE_URL, or ask somebody first."
        )
    return sorted(there, key=str.encode) if questionnaire is None else [questionnaire]


@dataclass(frozen=True, slots=True)
class _Job:
    """One questionnaire to be written, and what that takes."""

    survey: Survey
    wanted: Wanted
    current: Callable[[str], Edition | None]
    writers: tuple[Write, ...]
    progress: Progress

    async def layout(self) -> Layout:
        """Return the columns: those of the editions met, else of today's."""
        met = [await self.survey.editions.get(digest) for digest in await self.survey.met()]
        if not met:
            today = self.current(self.survey.questionnaire)
            met = [today] if today else []
        return merge(self.survey.questionnaire, met)

    @property
    def withholds(self) -> bool:
        """Tell whether items declared identifiers are withheld: not from the person who said them."""
        return self.wanted.profile is not Profile.OWN_DATA


async def _questionnaire(job: _Job, folder: Path) -> Mapping[str, Any]:
    layout = await job.layout()
    declared = tables(layout, job.wanted.files)
    if job.wanted.verify and job.withholds:
        await verify(job.survey, layout, declared)
    found = await write_tables(
        folder, job.survey, layout, declared, job.progress, enough=CAMPAIGN, withhold=job.withholds
    )
    declared, disclosure = disclose(folder, layout, declared, found.invited, job.wanted.profile)
    if job.wanted.opener is not None:
        disclosure.words = await own_words.write(folder, job.survey, layout, job.wanted.opener)
        found.rows[OWN_WORDS.file] = disclosure.words.total()
        declared = (*declared, OWN_WORDS)
    files = [described(folder / table.file, found.rows[table.file]) for table in declared]
    draft = _draft(job, folder, layout, declared, found, disclosure)
    return _beside(draft, files, job)


def _draft(
    job: _Job,
    folder: Path,
    layout: Layout,
    declared: tuple[AnyTable, ...],
    found: Found,
    disclosure: Disclosure,
) -> Draft:
    said = manifest(layout, job.survey, found, disclosure, verified=job.wanted.verify)
    described_tables = {table.file: variables(layout, table) for table in declared}
    return Draft(folder, layout, described_tables, declared, found.rows, said, _made_at(found, disclosure))


def _made_at(found: Found, disclosure: Disclosure) -> datetime:
    """Return the newest time of the data: what a file says that must have a date."""
    newest = datetime.fromtimestamp(max(found.newest // 1_000_000, 315_532_800), UTC)  # zip begins in 1980
    return datetime(newest.year, 1, 1, tzinfo=UTC) if disclosure.profile is Profile.SAFE_HARBOR else newest


def _beside(draft: Draft, files: list[Written], job: _Job) -> Mapping[str, Any]:
    """Write what goes beside the tables; return the manifest."""
    folder, layout = draft.folder, draft.layout
    rows = {
        CODEBOOK: write_codebook(folder, layout, draft.declared),
        crosswalk.FILE: crosswalk.write(folder, layout),
    }
    files += [described(folder / file, number) for file, number in rows.items()]
    vectors.write(folder, layout)
    citation.write(folder, layout, draft.said)
    names = [vectors.FILE, citation.FILE, package.write(draft), page.write(draft)]
    for write in job.writers:
        names += write(draft)
    files += [described(folder / name) for name in names]
    said = {**draft.said, "labels_cut": [asdict(cut) for cut in draft.cuts]}
    readme = write_readme(folder, layout, said, files)
    said = {**said, "files": listed([*files, readme])}
    write_sums(folder, [*files, readme, write_manifest(folder, said)])
    return said
