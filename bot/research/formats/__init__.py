"""The file formats that a bundle can hold beside its CSV files: one module each, loaded when it is asked for.

A module has `write(draft)`, which writes its files into the folder of the draft and returns their names. To
add a format is to add a file and a line here.
"""

from collections.abc import Callable, Sequence
from importlib import import_module

from bot.errors import OperatorError
from bot.research.draft import Draft

Write = Callable[[Draft], Sequence[str]]

CSV = "csv"
FORMATS: dict[str, str] = {
    "sav": "SPSS: value labels, user-missing codes, measure levels",
    "dta": "Stata 14 and newer: value labels, tagged missing values",
    "parquet": "Parquet: typed columns, a column of reasons beside each that can be missing",
    "xlsx": "Excel: responses, codebook and missing codes; no formulas",
    "ddi": "DDI-Codebook 2.5",
    "fhir": "FHIR R4: Questionnaire and QuestionnaireResponse, without segments",
    "loaders": "scripts that load the CSV files with their labels: R, Python, SPSS, Stata",
}
"""Every format but CSV, which is always there, and what it holds."""


def writer(name: str) -> Write:
    """Return what writes a format."""
    try:
        write: Write = import_module(f"bot.research.formats.{name}").write
    except ModuleNotFoundError as error:
        raise OperatorError(
            f"The format {name} needs {error.name}, which isn't installed.",
            remedy='pip install ".[research]"',
        ) from error
    return write
