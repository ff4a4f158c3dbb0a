"""What goes beside the tables: `export.json`, `README.md` and `SHA256SUMS`."""

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from bot import __version__
from bot.questionnaire.model import Edition, TextAnswer
from bot.research.columns import MISSING
from bot.research.disclosure import Disclosure, Profile
from bot.research.folder import Written, described
from bot.research.found import Found
from bot.research.layout import Layout
from bot.research.own_words import FILE as OWN_WORDS
from bot.research.parts import having
from bot.research.safe_harbor import HANDLED, NOT_CERTIFIED
from bot.research.survey import REASONS, SIMULATED, Survey
from bot.scoring.scales import WITHHELD

FORMAT = "attune-export/1"
NOT_ASKED_FOR = "own words are kept sealed and aren't exported"
NOT_DECLARED = "no edition's file lets researchers take these words out, or they could name somebody"
OF_ONE = "one person, whose own data they are, whatever that person said about research."
OF_MANY = """people who agreed to take part **and** switched on research use.
They tapped an invite; they don't stand for patients in general."""
MANIFEST, README, SUMS = "export.json", "README.md", "SHA256SUMS"


def manifest(
    layout: Layout, survey: Survey, found: Found, disclosure: Disclosure, *, verified: bool
) -> dict[str, Any]:
    """Return what `export.json` says, but for the files."""
    return {
        "format": FORMAT,
        "tool": {"name": "attune-bot", "version": __version__},
        "profile": disclosure.profile.value,
        "questionnaire": layout.questionnaire,
        "editions": [_edition(edition, found.counted("edition")) for edition in layout.editions],
        "as_of": survey.filters.as_of,
        "filters": {
            "research": disclosure.profile is not Profile.OWN_DATA,
            "include": sorted(survey.filters.include),
            "own_words": disclosure.words is not None,
        },
        "verified": verified,
        "counts": {"responses": found.responses, **_counts(found, disclosure)},
        "excluded_counted_at": survey.counted_at,
        "excluded": {reason: survey.excluded[reason] for reason in REASONS},
        "disclosure": disclosure.told(),
        "withheld_words": _withheld_words(layout, disclosure.words),
        "missing_codes": {str(code): why for code, why in MISSING.items()},
    }


def _withheld_words(layout: Layout, exported: Mapping[str, int] | None) -> dict[str, str]:
    """Return the items whose own words are in no file, and why."""
    why = NOT_ASKED_FOR if exported is None else NOT_DECLARED
    return {
        item: why
        for item in layout.items
        if item not in (exported or {})
        and any(isinstance(one.questionnaire.answered(item), TextAnswer) for one in having(layout, item))
    }


def _counts(found: Found, disclosure: Disclosure) -> dict[str, dict[str, int]]:
    named = ("status", "channel", "language", "organisation")
    counts = {name: found.counted(name) for name in named}
    if disclosure.profile is Profile.SAFE_HARBOR:
        counts["organisation"] = {str(WITHHELD): found.responses} if found.responses else {}
    return counts


def _edition(edition: Edition, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "sha256": edition.digest,
        "version": edition.questionnaire.version,
        "status": edition.questionnaire.status.value,
        "languages": list(edition.languages),
        "responses": counts.get(edition.digest, 0),
    }


def listed(files: Sequence[Written]) -> list[dict[str, Any]]:
    """Return what the manifest says of each file."""
    return [_file(file) for file in files]


def _file(file: Written) -> dict[str, Any]:
    rows = {} if file.rows is None else {"rows": file.rows}
    return {"name": file.name, "sha256": file.sha256, "bytes": file.size, **rows}


def write_readme(folder: Path, layout: Layout, said: Mapping[str, Any], files: Sequence[Written]) -> Written:
    """Write the page that a researcher opens first."""
    newest = layout.editions[0].questionnaire if layout.editions else None
    template = (resources.files("bot.research") / "folder_readme.md").read_text("utf-8")
    text = template.format(
        title=newest.title if newest else layout.questionnaire,
        questionnaire=layout.questionnaire,
        tool=said["tool"]["version"],
        as_of=said["as_of"],
        responses=said["counts"]["responses"],
        status=_listed(said["counts"]["status"]),
        channel=_listed(said["counts"]["channel"]),
        editions=_editions(said["editions"]),
        who=OF_ONE if said["profile"] == Profile.OWN_DATA.value else OF_MANY,
        counted_at=said["excluded_counted_at"],
        simulated="included" if SIMULATED in said["filters"]["include"] else "left out",
        excluded="\n".join(f"| {said['excluded'][key]} | {why} |" for key, why in REASONS.items()),
        missing="\n".join(f"| {code} | {why} |" for code, why in MISSING.items()),
        files="\n".join(f"| `{file.name}` | {'' if file.rows is None else file.rows} |" for file in files),
        profile=said["profile"],
        words=_own_words(said),
        disclosure=_disclosed(said["disclosure"]),
        citation=(newest.citation or newest.source) if newest else "",
        licence=newest.licence if newest else "",
    )
    return _written(folder / README, text)


def _own_words(said: Mapping[str, Any]) -> str:
    """Return whether there are own words in the folder: loudly where there are."""
    words = said["disclosure"]["own_words"]
    if words is None:
        return "No name, address, typed text or number of an account is in these files."
    whose = "that person" if said["profile"] == Profile.OWN_DATA.value else "people who allow research"
    counts = ", ".join(f"{item} {number}" for item, number in words.items()) or "none"
    note = (resources.files("bot.research") / "own_words_note.md").read_text("utf-8")
    return note.strip().format(file=OWN_WORDS, whose=whose, counts=counts)


def _disclosed(done: Mapping[str, Any]) -> str:
    """Return what was withheld, for people."""
    if done["profile"] == Profile.OWN_DATA.value:
        return "One person's own data: nothing is withheld from them."
    quasi = ", ".join(done["quasi_identifiers"])
    lines = [
        f"Campaigns withheld, for they brought too few people: {done['withheld_campaigns']}.",
        f"Items declared as quasi-identifiers: {quasi or 'none'}.",
    ]
    if quasi:
        cells = ", ".join(f"{item} {number}" for item, number in done["withheld_cells"].items()) or "none"
        lines.append(
            f"Every combination of them is shared by at least {done['k_reached']} people (wanted: "
            f"{done['k_wanted']}); withheld for that: {cells}, in {done['withheld_responses']} interviews."
        )
    lines += [f"Told less exactly: {item}, in {how}." for item, how in done["coarsened"].items()]
    if done["profile"] == Profile.SAFE_HARBOR.value:
        table = "\n".join(f"| {what} | {how} |" for what, how in HANDLED)
        lines.append(f"\n| identifier | here |\n| --- | --- |\n{table}\n\n{NOT_CERTIFIED}")
    return "\n".join(lines)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in counts.items()) or "none"


def _editions(editions: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(
        f"| {one['version']} | {one['status']} | {one['responses']} | `{one['sha256']}` |" for one in editions
    )


def write_manifest(folder: Path, said: Mapping[str, Any]) -> Written:
    """Write `export.json`."""
    return _written(folder / MANIFEST, json.dumps(said, ensure_ascii=False, indent=2) + "\n")


def write_sums(folder: Path, files: Sequence[Written]) -> None:
    """Write `SHA256SUMS`, as `sha256sum --check` reads it."""
    lines = (f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda file: file.name.encode()))
    _written(folder / SUMS, "".join(lines))


def _written(path: Path, text: str) -> Written:
    path.write_text(text, "utf-8", newline="\n")
    return described(path)
