"""A new questionnaire folder: a copy of the old one with the fitted model, its forms and its evidence.

Law: nothing that was there is overwritten, and what is written is loaded again before it takes its name.

The author's own lines and comments stay as they are; only the blocks that the fit decides are written anew.
Of its journeys those are kept that still hold; the others expect what the old model found.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bot.errors import AuthorError
from bot.questionnaire.load import load
from bot.questionnaire.model import Prototype, Questionnaire, SegmentModel
from bot.research.fit.arrays import Floats
from bot.research.fit.classes import Classes
from bot.research.fit.findings import Findings
from bot.research.fit.normal import Normal
from bot.research.fit.told import in_full, report
from bot.research.folder import whole_folder

ADAPTIVE = "adaptive"
_MAIN = "questionnaire.yaml"
_POINTS = 512
_FITTED_FORM = re.compile(r"fixed\d+|adaptive")
_DECIMALS = 6

Block = Iterator[str]


Broken = Callable[[Path], Mapping[Path, str]]
"""Plays the journeys of a folder, and returns those that don't hold with what is wrong."""


def write(
    found: Findings, source: Path, out: Path, on: date, pictures: Mapping[str, str], broken: Broken
) -> Mapping[str, str]:
    """Write the fitted questionnaire into a folder that isn't there yet; return the journeys left behind."""
    with whole_folder(out) as draft:
        shutil.copytree(source, draft, dirs_exist_ok=True, ignore=_left_behind)
        main = draft / _MAIN
        main.write_text(rewritten(main.read_text("utf-8-sig"), _blocks(found, on)), "utf-8")
        evidence = draft / "evidence"
        evidence.mkdir()
        (evidence / "fit.json").write_text(json.dumps(_finite(in_full(found)), indent=1) + "\n", "utf-8")
        (evidence / "report.txt").write_text(report(found), "utf-8")
        for name, picture in pictures.items():
            (evidence / name).write_text(picture, "utf-8")
        _readable(draft)
        return _without(broken(draft))


def _without(broken: Mapping[Path, str]) -> Mapping[str, str]:
    """Take away the journeys that don't hold any more; return their names with what is wrong."""
    for path in broken:
        path.unlink()
    return {path.name: what for path, what in broken.items()}


def rewritten(text: str, blocks: Mapping[str, list[str]]) -> str:
    """Return a YAML text with some of its top-level blocks replaced; a new one goes before `title`."""
    lines = text.splitlines()
    for key, block in blocks.items():
        start = _line_of(lines, key)
        if start is not None:
            lines[start : _end(lines, start)] = block
        elif block:
            place = _line_of(lines, "title")
            lines[place or 0 : place or 0] = block
    return "\n".join(lines) + "\n"


def _line_of(lines: list[str], key: str) -> int | None:
    return next((place for place, line in enumerate(lines) if line.startswith(f"{key}:")), None)


def _end(lines: list[str], start: int) -> int:
    """Return where a block ends: comments and empty lines before the next key belong to that."""
    end = start + 1
    while end < len(lines) and (not lines[end] or lines[end][0] in " -#"):
        end += 1
    while end > start + 1 and (not lines[end - 1] or lines[end - 1].startswith("#")):
        end -= 1
    return end


def _blocks(found: Findings, on: date) -> dict[str, list[str]]:
    return {
        "version": [f"version: {_quoted(next_version(found.bank.questionnaire.version))}"],
        "status": [f"status: {'calibrated' if found.calibrated else 'provisional'}"],
        "evidence": list(_evidence(found, on)),
        "changes": list(_changes(found, on)),
        "forms": list(_forms(found)),
        "model": list(_model(found)),
    }


def next_version(version: str) -> str:
    """Return the version after this one: its middle number raised, as for every change of meaning."""
    numbers = re.fullmatch(r"(\d+)\.(\d+)(?:\.\d+)?", version)
    return f"{numbers[1]}.{int(numbers[2]) + 1}.0" if numbers else f"{version}-fitted"


def _evidence(found: Findings, on: date) -> Block:
    held = [one for one in found.languages if not one.reason and one.ece is not None]
    if not held:
        return
    adults = sum(one.adults for one in held)
    yield "evidence:"
    yield f"  people: {adults}"
    yield f"  languages: [{', '.join(one.language for one in held)}]"
    yield f"  agreement: {_number(sum(one.agreement * one.adults for one in held) / adults)}"
    yield f"  ece: {_number(max(one.ece.value for one in held if one.ece))}"
    yield f"  ece_upper: {_number(max(one.ece.high for one in held if one.ece))}"
    yield f"  on: {on}"
    yield f"  data_sha256: {found.people.sha256}"


def _changes(found: Findings, on: date) -> Block:
    questionnaire = found.bank.questionnaire
    what = f"Model fitted to {len(found.segments)} people who answered the long form."
    yield "changes:"
    yield _change(next_version(questionnaire.version), on, what)
    yield from (_change(one.version, one.on, one.what) for one in questionnaire.changes)


def _change(version: str, on: date, what: str) -> str:
    return f"  - {{version: {_quoted(version)}, on: {on}, what: {_quoted(what)}}}"


def _forms(found: Findings) -> Block:
    yield "forms:"
    for form in found.bank.questionnaire.forms:
        if not _FITTED_FORM.fullmatch(form.id):
            yield f"  - {json.dumps(form.model_dump(mode='json', exclude_defaults=True), ensure_ascii=False)}"
    for size, fixed in found.fixed.items():
        items = ", ".join(found.bank.items[place].id for place in fixed.items)
        yield f"  - {{id: fixed{size}, items: [{items}]}}"
    stopping = found.adaptive.stopping
    yield f"  - id: {ADAPTIVE}"
    yield f"    items: [{', '.join(item.id for item in found.bank.items)}]"
    yield "    order: adaptive"
    yield "    adaptive:"
    yield f"      min: {stopping.least}"
    yield f"      max: {stopping.most}"
    yield f"      stop_at: [{', '.join(f'{value:.4f}' for value in stopping.thresholds)}]"


def _model(found: Findings) -> Block:
    yield "model:"
    yield f"  type: {found.chosen.candidate.kind}"
    yield from _kept(found.bank.questionnaire)
    model = found.model
    if isinstance(model, Normal):
        yield from _normal(found, model)
    elif isinstance(model, Classes):
        yield from _classes(found, model)


def _kept(questionnaire: Questionnaire) -> Block:
    """Yield what the author decided about verdicts and the fit doesn't."""
    if isinstance(questionnaire.model, SegmentModel):
        yield f"  unsure_below: {questionnaire.model.unsure_below}"
        yield f"  min_answered: {questionnaire.model.min_answered}"


def _normal(found: Findings, model: Normal) -> Block:
    if model.temperature is None:
        yield f"  tails: {model.tails if model.tails is not None else 'null'}"
    else:
        yield f"  temperature: {model.temperature}"
    yield f"  points: {_POINTS}"
    yield f"  items: [{', '.join(item.id for item in found.bank.items)}]"
    yield f"  mean: {_row(model.mean)}"
    yield "  rules:"
    for name, intercept, weights in zip(found.bank.segments, model.intercepts, model.weights, strict=True):
        yield f"    {name}: {{intercept: {_number(intercept)}, weights: {_row(weights)}}}"
    yield "  covariance:"
    for place, row in enumerate(model.covariance):
        yield f"    - {_row(row[: place + 1])}"


def _classes(found: Findings, model: Classes) -> Block:
    yield f"  damping: {model.damping}"
    yield "  shares:"
    shares = _exact(model.shares)
    yield from (
        f"    {name}: {_number(share)}" for name, share in zip(found.bank.segments, shares, strict=True)
    )
    yield "  probabilities:"
    for place, item in enumerate(found.bank.items):
        yield f"    {item.id}:"
        count = found.bank.choice_counts[place]
        for segment, name in enumerate(found.bank.segments):
            yield f"      {name}: {_row(_exact(model.chances[place, :count, segment]))}"


def _exact(shares: Floats) -> Floats:
    """Return shares with so many decimals that still sum to 1."""
    short = np.round(shares, _DECIMALS)
    short[int(np.argmax(short))] += 1 - short.sum()
    return short


def _row(numbers: Floats) -> str:
    return f"[{', '.join(map(_number, numbers))}]"


def _number(value: float) -> str:
    return f"{round(float(value), _DECIMALS):.{_DECIMALS}f}".rstrip("0") + "0"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _left_behind(folder: str, names: list[str]) -> set[str]:
    """Name what isn't copied: the old model's evidence, and hidden files."""
    top = (Path(folder) / _MAIN).exists()
    return {name for name in names if name.startswith(".") or (top and name == "evidence")}


def _readable(draft: Path) -> None:
    try:
        loaded = load(draft)
    except AuthorError as error:
        raise AuthorError(
            f"The fitted questionnaire can't be loaded: {error.message}",
            remedy="Write the old one's blocks one below the other, each beginning at the left edge.",
        ) from error
    if isinstance(loaded.edition.questionnaire.model, Prototype):
        raise AuthorError("The fitted model didn't reach the file.", remedy="Check its `model:` block.")


def _finite(value: Any) -> Any:
    """Return a value in which what couldn't be computed is null: JSON knows no NaN."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value
