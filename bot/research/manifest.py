"""What goes beside the tables: `export.json`, `README.md` and `SHA256SUMS`."""

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from bot import __version__
from bot.questionnaire.model import Edition
from bot.research.columns import MISSING
from bot.research.folder import Written, described
from bot.research.layout import Layout
from bot.research.survey import REASONS, SIMULATED, Filters, Survey

FORMAT = "attune-export/1"
MANIFEST, README, SUMS = "export.json", "README.md", "SHA256SUMS"


def manifest(
    layout: Layout, found: Survey, filters: Filters, counts: Mapping[str, int], files: Sequence[Written]
) -> dict[str, Any]:
    """Return what `export.json` says."""
    return {
        "format": FORMAT,
        "tool": {"name": "attune-bot", "version": __version__},
        "profile": "research",
        "questionnaire": layout.questionnaire,
        "editions": [_edition(edition, counts) for edition in layout.editions],
        "as_of": filters.as_of,
        "filters": {"research": True, "include": sorted(filters.include)},
        "counts": {
            "responses": found.responses,
            "status": _counted(counts, "status:"),
            "channel": _counted(counts, "channel:"),
            "language": _counted(counts, "language:"),
        },
        "excluded_counted_at": found.counted_at,
        "excluded": {reason: found.excluded[reason] for reason in REASONS},
        "missing_codes": {str(code): why for code, why in MISSING.items()},
        "files": [_file(file) for file in files],
    }


def _edition(edition: Edition, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "sha256": edition.digest,
        "version": edition.questionnaire.version,
        "status": edition.questionnaire.status.value,
        "languages": list(edition.languages),
        "responses": counts.get(f"edition:{edition.digest}", 0),
    }


def _counted(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): counts[name] for name in sorted(counts) if name.startswith(prefix)}


def _file(file: Written) -> dict[str, Any]:
    rows = {} if file.rows is None else {"rows": file.rows}
    return {"name": file.name, "sha256": file.sha256, "bytes": file.size, **rows}


def write_readme(folder: Path, layout: Layout, said: Mapping[str, Any]) -> Written:
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
        counted_at=said["excluded_counted_at"],
        simulated="included" if SIMULATED in said["filters"]["include"] else "left out",
        excluded="\n".join(f"| {said['excluded'][key]} | {why} |" for key, why in REASONS.items()),
        missing="\n".join(f"| {code} | {why} |" for code, why in MISSING.items()),
        files="\n".join(f"| `{file['name']}` | {file['rows']} |" for file in said["files"]),
        citation=(newest.citation or newest.source) if newest else "",
        licence=newest.licence if newest else "",
    )
    return _written(folder / README, text)


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
