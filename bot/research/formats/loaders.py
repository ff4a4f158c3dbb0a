"""Scripts that load `responses_wide.csv` with its labels and missing codes: R, Python, SPSS and Stata.

SPSS and Stata hold one language at a time, so each language has a script of its own: `load.sps` is in the
questionnaire's first language, `load.es.sps` in Spanish.
"""

from collections.abc import Callable, Iterator, Sequence
from importlib import resources

from bot.research.columns import MISSING, Type
from bot.research.columns import STATA_TAGS as TAGS
from bot.research.draft import Draft, one_line
from bot.research.parts import having
from bot.research.variables import Measure, Variable, languages
from bot.research.wide import FILE as WIDE

_SPSS_LABEL, _SPSS_VALUE, _STATA_LABEL = 250, 120, 80  # the most bytes
Script = Callable[[Draft, str, str], Iterator[str]]


def write(draft: Draft) -> Sequence[str]:
    """Write the scripts and return their names."""
    source = (resources.files("bot.research") / "templates" / "load.py.txt").read_text("utf-8")
    written = {"load.py": source}
    for place, language in enumerate(languages(draft.layout)):
        of = f".{language}" if place else ""
        for ending, script in {"R": _r, "sps": _spss, "do": _stata}.items():
            name = f"load{of}.{ending}"
            written[name] = "\n".join(script(draft, name, language)) + "\n"
    for name, text in written.items():
        (draft.folder / name).write_text(text, "utf-8", newline="\n")
    return sorted(written)


def _labelled(columns: Sequence[Variable], language: str) -> Iterator[tuple[Variable, list[tuple[str, str]]]]:
    """Yield each numeric column that has values, with their labels."""
    for column in columns:
        if column.type is not Type.STRING and column.values:
            yield column, [(str(value), label) for value, label in column.values_in(language)]


# ---------------------------------------------------------------- R


def _r(draft: Draft, name: str, language: str) -> Iterator[str]:
    columns = draft.tables[WIDE]
    texts = [column for column in columns if column.type is Type.STRING]
    times = [column for column in columns if column.type is Type.DATETIME]
    days = [column for column in columns if column.type is Type.DATE]
    yield f"# {name}: reads responses_wide.csv into `wide`; `source()` it in the folder of the export."
    yield "# A missing code becomes NA; `why` has the code of each NA, and `labels` the words of each number."
    yield 'wide <- read.csv("responses_wide.csv", fileEncoding = "UTF-8", encoding = "UTF-8",'
    yield '  colClasses = "character", na.strings = character(0), check.names = FALSE)'
    yield f"gone <- c({', '.join(map(str, MISSING))})"
    yield f"texts <- c({', '.join(_quoted_r(one.name) for one in texts)})"
    yield f"times <- c({', '.join(_quoted_r(one.name) for one in (*times, *days))})"
    yield f"missing <- c({', '.join(_quoted_r(one.name) for one in columns if one.missing)})"
    yield "why <- as.data.frame(lapply(wide[missing], function(x) gone[match(x, gone)]))"
    yield "wide[missing] <- lapply(wide[missing], function(x) replace(x, x %in% gone, NA))"
    yield "numbers <- setdiff(names(wide), c(texts, times))"
    yield "wide[numbers] <- lapply(wide[numbers], as.numeric)"
    yield "utc <- function(x) as.POSIXct(x, format = '%Y-%m-%dT%H:%M:%OSZ', tz = 'UTC')"
    yield f"times <- c({', '.join(_quoted_r(one.name) for one in times)})"
    yield "wide[times] <- lapply(wide[times], utc)"
    if days:
        yield f"days <- c({', '.join(_quoted_r(one.name) for one in days)})"
        yield "wide[days] <- lapply(wide[days], as.Date)"
    yield "labels <- list()"
    for column in columns:
        yield f"attr(wide${column.name}, 'label') <- {_quoted_r(column.label(language))}"
    for column, values in _labelled(columns, language):
        numbers = ", ".join(f"{_quoted_r(label)} = {value}" for value, label in values)
        yield f"labels${column.name} <- c({numbers})"
        yield f"attr(wide${column.name}, 'labels') <- labels${column.name}"


def _quoted_r(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


# ---------------------------------------------------------------- SPSS


def _spss(draft: Draft, name: str, language: str) -> Iterator[str]:
    columns, widths = draft.tables[WIDE], _widths(draft)
    yield f"* {name}: reads responses_wide.csv; run it in the folder of the export."
    yield "* Times and days are texts in ISO 8601, UTC."
    yield "GET DATA /TYPE=TXT /FILE='responses_wide.csv' /ENCODING='UTF8'"
    yield "  /ARRANGEMENT=DELIMITED /DELIMITERS=',' /QUALIFIER='\"' /FIRSTCASE=2"
    yield "  /VARIABLES="
    for column, width in zip(columns, widths, strict=True):
        yield f"    {column.name} {_spss_format(column, width)}"
    yield "  ."
    for column in columns:
        label = draft.cut(name, column.name, one_line(column.label(language)), _SPSS_LABEL)
        yield f"VARIABLE LABELS {column.name} {_quoted_spss(label)}."
    for column, values in _labelled(columns, language):
        both = [*values, *((str(code), why) for code, why in column.missing)]
        yield f"VALUE LABELS {column.name}"
        for value, label in both:
            short = draft.cut(name, column.name, one_line(label), _SPSS_VALUE, value)
            yield f"  {value} {_quoted_spss(short)}"
        yield "  ."
    for column in columns:
        if column.missing and column.type in {Type.INTEGER, Type.NUMBER}:
            yield f"MISSING VALUES {column.name} ({min(MISSING)} THRU {max(MISSING)})."
        if column.measure is not Measure.NOMINAL and column.type not in {Type.DATE, Type.DATETIME}:
            yield f"VARIABLE LEVEL {column.name} ({column.measure.upper()})."
    yield from _several(draft, columns, language)
    yield "EXECUTE."


def _several(draft: Draft, columns: Sequence[Variable], language: str) -> Iterator[str]:
    """Yield a multiple response set for each item with several choices."""
    sets: dict[str, list[str]] = {}
    for column in columns:
        if column.choice is not None and column.item is not None:
            sets.setdefault(column.item, []).append(column.name)
    for item, names in sets.items():
        edition = having(draft.layout, item)[0]
        texts = edition.texts.get(language) or edition.texts[edition.languages[0]]
        label = draft.cut("load.sps", item, one_line(texts.items[item]), _SPSS_LABEL)
        yield f"MRSETS /MDGROUP NAME=${item} LABEL={_quoted_spss(label)} VARIABLES={' '.join(names)} VALUE=1."


def _widths(draft: Draft) -> list[int]:
    """Return the most bytes in each column."""
    widths = [1] * len(draft.tables[WIDE])
    for record in draft.records(WIDE):
        widths = [max(one, len(cell.encode())) for one, cell in zip(widths, record, strict=True)]
    return widths


def _spss_format(column: Variable, width: int) -> str:
    if column.type in {Type.STRING, Type.DATE, Type.DATETIME}:
        return f"A{width}"
    return "F8.0" if column.type is Type.INTEGER else "F24.16"


def _quoted_spss(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


# ---------------------------------------------------------------- Stata


def _stata(draft: Draft, name: str, language: str) -> Iterator[str]:
    columns = draft.tables[WIDE]
    yield f"* {name}: reads responses_wide.csv; run it in the folder of the export. Stata 14 or newer."
    yield "version 14"
    yield 'import delimited using "responses_wide.csv", varnames(1) case(preserve) encoding("utf-8") ///'
    yield "    bindquote(strict) stringcols(_all) clear"
    numbers = [one.name for one in columns if one.type in {Type.INTEGER, Type.NUMBER}]
    for number in numbers:
        yield f"destring {number}, replace"
    tags = " \\ ".join(f"{code}=.{tag}" for code, tag in TAGS.items())
    for column in columns:
        if column.missing and column.name in numbers:
            yield f"mvdecode {column.name}, mv({tags})"
        label = draft.cut(name, column.name, one_line(column.label(language)), _STATA_LABEL)
        yield f"label variable {column.name} {_quoted_stata(label)}"
    for column, values in _labelled(columns, language):
        pairs = [*values, *((f".{TAGS[code]}", why) for code, why in column.missing)]
        listed = " ".join(f"{value} {_quoted_stata(one_line(label))}" for value, label in pairs)
        yield f"label define {_label_name(column)} {listed}"
        yield f"label values {column.name} {_label_name(column)}"


def _label_name(column: Variable) -> str:
    return column.name  # at most 32 characters, as Stata has it for both


def _quoted_stata(text: str) -> str:
    """Return a compound quote: nothing in it begins a macro or ends the quote."""
    harmless = text.replace("`", "'").replace("$", "\\$").replace("\"'", "\" '")
    return f'`"{harmless}"\''
