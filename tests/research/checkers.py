"""Other people's programs over a bundle: each returns what it finds wrong, nothing where all is well.

A program that isn't on this machine is told by `absent`; where CI=true it has to be there.
"""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from lxml import etree, html
from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from tests.conftest import ROOT
from tests.research.readback import ABSENT, READERS, days, differences, wide
from tests.research.reading import lines

ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
SHARED = ROOT.parent / "shared"
FHIR = ROOT / "tests" / "research" / "fhir"
NODE_MODULES = Path(os.environ.get("FHIR_NODE_MODULES", FHIR / "node_modules"))
HAVEN = Path("/usr/lib/R/site-library/haven")

CODES = frozenset(ABSENT.values())
Check = Callable[[Path], list[str]]


def ran(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder."""
    given = [str(part) for part in command]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        given, cwd=folder, capture_output=True, text=True, check=False, timeout=100, env=environment
    )


# ---------------------------------------------------------------- the whole folder


def sums(folder: Path) -> list[str]:
    """sha256sum, of coreutils."""
    done = ran("sha256sum", "--check", "--strict", "SHA256SUMS", folder=folder)
    return [line for line in done.stdout.splitlines() if not line.endswith(": OK")]


def frictionless(folder: Path) -> list[str]:
    """Read every table by `datapackage.json`: types, keys, enumerations."""
    done = ran(sys.executable, "-m", "frictionless", "validate", "datapackage.json", "--json", folder=folder)
    try:
        report = json.loads(done.stdout)
    except json.JSONDecodeError:
        return [f"frictionless: {done.stdout[-300:]}{done.stderr[-300:]}"]
    found = [error["message"] for task in report["tasks"] for error in task["errors"]]
    return [*found, *(error["message"] for error in report["errors"])]


def ddi(folder: Path) -> list[str]:
    """Check the DDI codebook against the schema of the DDI Alliance, by libxml2."""
    schema = etree.XMLSchema(etree.parse(SHARED / "ddi-2.5" / "codebook.xsd"))
    try:
        document = etree.parse(folder / "ddi-codebook-2.5.xml")
    except etree.XMLSyntaxError as error:
        return [str(error)]
    schema.validate(document)
    return [str(error) for error in schema.error_log]


# ---------------------------------------------------------------- FHIR


def fhir_models(folder: Path) -> list[str]:
    """fhir.resources: the structure of every resource."""
    complaints = []
    for model in (Questionnaire, QuestionnaireResponse):
        text = (folder / f"{model.__name__}.ndjson").read_text("utf-8")
        for number, line in enumerate(text.splitlines(), start=1):
            try:
                model.model_validate_json(line)
            except ValidationError as error:
                complaints.append(f"{model.__name__} {number}: {error}")
    return complaints


def fhir_programs(folder: Path) -> list[str]:
    """Two checkers in JavaScript; and the sum of the answers' weights, as a third program finds them."""
    done = ran("node", FHIR / "check.mjs", NODE_MODULES, folder, folder=FHIR)
    if done.returncode:
        return [done.stderr[-500:]]
    said = json.loads(done.stdout)
    complaints = [str(one) for one in said["complaints"]]
    totals = dict.fromkeys(wide(folder), 0)
    for row in lines(folder, "answers_long.csv"):
        if row["label"]:  # a choice, or several: what was typed has no weight
            totals[row["response_id"]] += sum(map(int, row["value"].split("|")))
    for response, total in totals.items():
        if said["sums"].get(response) != total:
            complaints.append(f"fhirpath: {response}: {said['sums'].get(response)} is not {total}")
    return complaints


# ---------------------------------------------------------------- SPSS, Stata, loaders


def pspp(folder: Path) -> list[str]:
    """PSPP opens the .sav file: its cells, and user-missing codes, labels and measure levels of the items."""
    _syntax(
        folder / "pspp.sps",
        "GET FILE='responses.sav'.",
        "DISPLAY DICTIONARY.",
        "SAVE TRANSLATE /OUTFILE='pspp.csv' /TYPE=CSV /FIELDNAMES /REPLACE /CELLS=VALUES.",
    )
    done = ran("pspp", "pspp.sps", "-O", "format=csv", "-o", "pspp-said.csv", folder=folder)
    if done.returncode or not (folder / "pspp.csv").exists():
        return [done.stdout + done.stderr]
    said = (folder / "pspp-said.csv").read_text("utf-8")
    complaints = re.findall(r".*(?:warning|error):.*", said + done.stdout + done.stderr)
    return [*complaints, *_same_items(folder, "pspp.csv"), *_dictionary(folder, said)]


def _syntax(path: Path, *commands: str) -> None:
    path.write_text("\n".join(commands) + "\n", "utf-8")


def _same_items(folder: Path, file: str) -> list[str]:
    items = dict.fromkeys(row["variable"] for row in lines(folder, "codebook.csv") if row["reverse"])
    truth, dated = wide(folder), days(folder)
    found = {row["response_id"]: row for row in lines(folder, file)}
    complaints = [f"{one} is on one side only" for one in truth.keys() ^ found.keys()]
    for response in truth.keys() & found.keys():
        complaints += [
            f"{response}.{item}: {found[response][item]} is not {truth[response][item]}"
            for item in items
            if not _same(found[response][item], truth[response][item], is_day=item in dated)
        ]
    return complaints


def _same(found: str, truth: str, *, is_day: bool) -> bool:
    """Tell whether PSPP wrote the same; it writes days its own way, and leaves out those that are missing."""
    if is_day:
        year, _, rest = truth.partition("-")
        return found.strip() in {truth, f"{rest.replace('-', '/')}/{year}", "" if truth in CODES else truth}
    try:
        return float(found) == float(truth)
    except ValueError:
        return found == truth


def _level(folder: Path) -> dict[str, tuple[str, str]]:
    """Return the measure level and the missing codes that each item must have in PSPP."""
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    levels = {}
    for field in package["resources"][0]["schema"]["fields"]:
        level = "Ordinal" if "categories" in field else "Scale"
        level = "Nominal" if re.search("__(?!group)", field["name"]) or field["type"] == "string" else level
        levels[field["name"]] = (level, "-98" if field["type"] == "string" else "-99 THRU -96")
    return levels


def _dictionary(folder: Path, said: str) -> list[str]:
    """Compare PSPP's dictionary with the codebook."""
    levels = _level(folder)
    rows = {row[0]: row for row in csv.reader(io.StringIO(said, newline="")) if len(row) == 10}
    complaints = []
    for row in lines(folder, "codebook.csv"):
        if row["reverse"] and row["language"] == "en":
            label, level, missing = (rows.get(row["variable"], [""] * 10)[place] for place in (2, 3, 9))
            if not label or not " ".join(row["label"].split()).startswith(label.removesuffix(ELLIPSIS)):
                complaints.append(f"{row['variable']}: the label is {label!r}")
            expected, codes = levels[row["variable"]]
            if level != expected or codes not in missing:
                complaints.append(f"{row['variable']}: {level}, missing {missing!r}")
    return complaints + [
        f"no value has the label {label!r}"
        for label in ("withheld", "the result was shown")
        if label not in said
    ]


def haven(folder: Path) -> list[str]:
    """R's haven opens .sav and .dta: cells, user-missing ranges, tags, value labels."""
    done = ran("Rscript", FHIR.parent / "haven.R", folder=folder)
    return [] if done.returncode == 0 and not done.stdout else [done.stdout[-800:] + done.stderr[-800:]]


def load_py(folder: Path) -> list[str]:
    """The script for Python, without anything of ours on its path."""
    program = (
        "from load import load, Missing\n"
        "wide = load('responses_wide.csv')\n"
        "assert all(isinstance(row['started_at'].year, int) for row in wide.rows)\n"
        "assert any(isinstance(cell, Missing) and cell.why for row in wide.rows for cell in row.values())\n"
        "for file in ('answers_long.csv', 'events.csv', 'scores.csv', 'codebook.csv'): load(file)\n"
        "print(len(wide.rows), wide.labels['status'], wide.values['status']['complete'])\n"
    )
    done = ran(sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, '.')\n{program}", folder=folder)
    expected = f"{len(wide(folder))} How far the interview came. the result was shown"
    return [] if done.stdout.strip() == expected else [done.stdout + done.stderr]


def load_r(folder: Path) -> list[str]:
    """The scripts for R, in every language."""
    complaints = []
    for script in sorted(folder.glob("load*.R")):
        program = (
            f"source('{script.name}'); stopifnot(nrow(wide) == {len(wide(folder))});"
            "stopifnot(inherits(wide$started_at, 'POSIXct'), !anyNA(wide$started_at));"
            "stopifnot(length(labels) > 0, all(is.na(wide[missing]) == !is.na(why)))"
        )
        done = ran("Rscript", "-e", program, folder=folder)
        complaints += [done.stderr] if done.returncode or done.stderr else []
    return complaints


def load_sps(folder: Path) -> list[str]:
    """The scripts for SPSS, in every language, by PSPP."""
    complaints = []
    for script in sorted(folder.glob("load*.sps")):
        run = folder / "run.sps"
        _syntax(
            run,
            f"INSERT FILE='{script.name}'.",
            "SAVE TRANSLATE /OUTFILE='loaded.csv' /TYPE=CSV /FIELDNAMES /REPLACE /CELLS=VALUES.",
        )
        done = ran("pspp", "run.sps", folder=folder)
        complaints += (
            [done.stdout + done.stderr] if done.returncode or "warning" in done.stdout + done.stderr else []
        )
        complaints += (
            _same_items(folder, "loaded.csv") if (folder / "loaded.csv").exists() else ["nothing was loaded"]
        )
    return complaints


# ---------------------------------------------------------------- pages


def page(folder: Path) -> list[str]:
    """libxml2's HTML parser: nothing is fetched or run, every file and column is there."""
    text = (folder / "codebook.html").read_text("utf-8")
    tree = html.document_fromstring(text)
    links = [link for *_, link, _ in tree.iterlinks() if not link.startswith("#")]
    scripts = [element.tag for element in tree.iter("script", "iframe", "object", "link", "img")]
    columns = {code.text for code in tree.xpath("//th/code")}
    missing = [
        row["variable"]
        for row in lines(folder, "codebook.csv")
        if row["file"] not in {"codebook.csv", "crosswalk.csv"}
    ]
    return [*links, *scripts, *(name for name in dict.fromkeys(missing) if name not in columns)]


def citation(folder: Path) -> list[str]:
    """YAML with the keys that the Citation File Format 1.2 wants."""
    try:
        said = YAML(typ="safe", pure=True).load((folder / "CITATION.cff").read_text("utf-8"))
    except YAMLError as error:
        return [str(error)]
    wanted = {"cff-version": "1.2.0", "type": "dataset"}
    complaints = [f"{key} is {said.get(key)!r}" for key, value in wanted.items() if said.get(key) != value]
    return complaints + [f"there is no {key}" for key in ("message", "title", "authors") if not said.get(key)]


CHECKS: dict[str, Check] = {
    "sha256sum": sums,
    "frictionless": frictionless,
    "DDI schema": ddi,
    "fhir.resources": fhir_models,
    "FHIR in JavaScript": fhir_programs,
    "PSPP": pspp,
    "haven": haven,
    "load.py": load_py,
    "load.R": load_r,
    "load.sps": load_sps,
    "HTML parser": page,
    "CITATION.cff": citation,
    **{f"read back: {name}": lambda folder, name=name: differences(folder, name) for name in READERS},  # type: ignore[misc]  # a lambda that keeps its name
}

_NEEDS: dict[str, Callable[[], bool]] = {
    "DDI schema": (SHARED / "ddi-2.5").is_dir,
    "FHIR in JavaScript": lambda: shutil.which("node") is not None and NODE_MODULES.is_dir(),
    "PSPP": lambda: shutil.which("pspp") is not None,
    "load.sps": lambda: shutil.which("pspp") is not None,
    "haven": lambda: shutil.which("Rscript") is not None and HAVEN.is_dir(),
    "load.R": lambda: shutil.which("Rscript") is not None,
    "sha256sum": lambda: shutil.which("sha256sum") is not None,
}


def absent(check: str) -> bool:
    """Tell whether what a check needs isn't on this machine."""
    return not _NEEDS.get(check, lambda: True)()
