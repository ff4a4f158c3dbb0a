"""`ddi-codebook-2.5.xml`: the study, its files and every variable, for archives.

Labels and question texts stand in every language, missing codes as categories of their own, and how often
each category of the wide table was given.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from bot.questionnaire.model import Questionnaire
from bot.research.columns import Type
from bot.research.draft import CODES, Draft
from bot.research.parts import having
from bot.research.variables import OUR_LANGUAGE, Measure, Variable, languages
from bot.research.wide import FILE as WIDE

FILE = "ddi-codebook-2.5.xml"
NAMESPACE = "ddi:codebook:2_5"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_FORBIDDEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF], "\N{REPLACEMENT CHARACTER}")
"""What XML 1.0 can't hold at all, not even escaped."""

_NATURE = {Measure.NOMINAL: "nominal", Measure.ORDINAL: "ordinal", Measure.SCALE: "ratio"}


def write(draft: Draft) -> Sequence[str]:
    """Write the file."""
    ET.register_namespace("", NAMESPACE)
    root = ET.Element(f"{{{NAMESPACE}}}codeBook", {"version": "2.5", _LANG: languages(draft.layout)[0]})
    _study(root, draft)
    numbered = {file: f"F{place}" for place, file in enumerate(draft.tables, start=1)}
    for file, name in numbered.items():
        _file(root, draft, file, name)
    _data(root, draft, numbered)
    tree = ET.ElementTree(root)
    ET.indent(tree, " ")
    tree.write(draft.folder / FILE, encoding="utf-8", xml_declaration=True)
    return [FILE]


def _add(parent: ET.Element, tag: str, text: str = "", /, **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)
    child.text = text.translate(_FORBIDDEN) or None
    return child


def _words(parent: ET.Element, name: str, text: str, language: str) -> None:
    _add(parent, name, text).set(_LANG, language)


# ---------------------------------------------------------------- the study


def _study(root: ET.Element, draft: Draft) -> None:
    study = _add(root, "stdyDscr")
    newest = draft.layout.editions[0].questionnaire if draft.layout.editions else None
    citation = _add(study, "citation")
    title = _add(citation, "titlStmt")
    _add(title, "titl", newest.title if newest else draft.layout.questionnaire)
    for edition in draft.layout.editions[:1]:
        for language in edition.languages[1:]:
            _words(title, "parTitl", edition.texts[language].title, language)
    _add(title, "IDNo", draft.layout.questionnaire)
    production = _add(citation, "prodStmt")
    _add(production, "software", "Attune", version=draft.said["tool"]["version"])
    version = _add(citation, "verStmt")
    _add(version, "version", f"as of turn {draft.said['as_of']}")
    if newest:
        _instrument(study, newest, draft)


def _instrument(study: ET.Element, newest: Questionnaire, draft: Draft) -> None:
    info = _add(study, "stdyInfo")
    _add(info, "abstract", newest.summary)
    described = _add(info, "sumDscr")
    _add(described, "anlyUnit", "one interview of one person")
    _add(described, "universe", "people who tapped an invite and allowed research, not patients in general")
    _add(described, "dataKind", "survey answers")
    method = _add(study, "method")
    collected = _add(method, "dataColl")
    _add(collected, "collMode", ", ".join(draft.said["counts"]["channel"]) or "none")
    access = _add(study, "dataAccs")
    use = _add(access, "useStmt")
    _add(use, "citReq", newest.citation or newest.source)
    _add(use, "conditions", newest.licence)


# ---------------------------------------------------------------- files and variables


def _file(root: ET.Element, draft: Draft, file: str, name: str) -> None:
    text = _add(_add(root, "fileDscr", ID=name), "fileTxt")
    _add(text, "fileName", file)
    dimensions = _add(text, "dimensns")
    _add(dimensions, "caseQnty", str(draft.rows[file]))
    _add(dimensions, "varQnty", str(len(draft.tables[file])))
    _add(text, "fileType", "CSV, UTF-8")


def _data(root: ET.Element, draft: Draft, numbered: dict[str, str]) -> None:
    data = _add(root, "dataDscr")
    _several(data, draft, numbered[WIDE])
    for file, name in numbered.items():
        counted = _counted(draft) if file == WIDE else {}
        for place, variable in enumerate(draft.tables[file], start=1):
            _variable(data, variable, f"{name}V{place}", name, counted.get(variable.name))


def _several(data: ET.Element, draft: Draft, file: str) -> None:
    """Add a group for each item with several choices: its columns are one question."""
    places: dict[str, list[int]] = {}
    for place, variable in enumerate(draft.tables[WIDE], start=1):
        if variable.choice is not None and variable.item is not None:
            places.setdefault(variable.item, []).append(place)
    for item, found in places.items():
        named = " ".join(f"{file}V{place}" for place in found)
        group = _add(data, "varGrp", type="multipleResp", name=item, var=named)
        for edition in having(draft.layout, item)[:1]:
            for language in edition.languages:
                _words(group, "labl", edition.texts[language].items[item], language)


def _counted(draft: Draft) -> dict[str, Counter[str]]:
    """Count how often each coded value of the wide table stands there."""
    coded = [(place, one) for place, one in enumerate(draft.tables[WIDE]) if one.values or one.missing]
    counts: dict[str, Counter[str]] = {one.name: Counter() for _, one in coded}
    known = {one.name: CODES | {str(value) for value, _ in one.values_in("")} for _, one in coded}
    for record in draft.records(WIDE):
        for place, one in coded:
            if record[place] in known[one.name]:
                counts[one.name][record[place]] += 1
    return counts


def _variable(
    data: ET.Element, variable: Variable, name: str, file: str, counted: Counter[str] | None
) -> None:
    kind = "discrete" if variable.values else "contin"
    one = _add(
        data, "var", ID=name, name=variable.name, files=file, intrvl=kind, nature=_NATURE[variable.measure]
    )
    for language, label in variable.labels.items():
        _words(one, "labl", label, language)
    if variable.item is not None:
        for language, label in variable.labels.items():
            _words(_add(one, "qstn", ID=f"{name}Q{language.replace('-', '')}"), "qstnLit", label, language)
    if variable.missing:
        gone = _add(one, "invalrng")
        for code, _ in variable.missing:
            _add(gone, "item", VALUE=str(code))
    _categories(one, variable, counted)
    numeric = variable.type in {Type.INTEGER, Type.NUMBER}
    dated = {"schema": "ISO", "category": "date"} if variable.type is Type.DATE else {}
    _add(one, "varFormat", variable.type, type="numeric" if numeric else "character", **dated)


def _categories(one: ET.Element, variable: Variable, counted: Counter[str] | None) -> None:
    for value, _ in variable.values_in(""):
        labels = [
            (language, label)
            for language, values in variable.values.items()
            for number, label in values
            if number == value
        ]
        _category(one, str(value), labels, counted)
    for code, why in variable.missing:
        _category(one, str(code), [(OUR_LANGUAGE, why)], counted, missing="Y")


def _category(
    one: ET.Element,
    value: str,
    labels: Iterable[tuple[str, str]],
    counted: Counter[str] | None,
    **attributes: str,
) -> None:
    category = _add(one, "catgry", **attributes)
    _add(category, "catValu", value)
    for language, label in labels:
        _words(category, "labl", label, language)
    if counted is not None:
        _add(category, "catStat", str(counted[value]), type="freq")
