"""Authors' files: read with distrust, refused with a place.

The law of this room:

1. **A file is untrusted.** It may be a bomb, a link out of its folder, a pipe, somebody's holiday picture.
   Nothing in it is run, and nothing is built from it before its size, its characters and its shape are
   known.
2. **A refusal names the place.** Every problem is a `Problem`: file, line, column, code, what is wrong,
   what to do.
3. **All problems at once.** An author who made five mistakes is told five, not the first one five times.

It is the only room that imports ruamel.yaml.
"""

from bot.source.builder import Place, Route, Spot, Value
from bot.source.codes import FILES, WORDS, Code, Table
from bot.source.document import Document, Matter, read_front_matter, read_yaml
from bot.source.problem import Problem, did_you_mean, refuse
from bot.source.reference import code_table, model_reference
from bot.source.schema import field_at, validate
from bot.source.text import LARGEST_BYTES, Unreadable, read_text
from bot.source.words import LONGEST_PAGE, PLACEHOLDERS, Said, flaws, markup_flaws, units

__all__ = [
    "FILES",
    "LARGEST_BYTES",
    "LONGEST_PAGE",
    "PLACEHOLDERS",
    "WORDS",
    "Code",
    "Document",
    "Matter",
    "Place",
    "Problem",
    "Route",
    "Said",
    "Spot",
    "Table",
    "Unreadable",
    "Value",
    "code_table",
    "did_you_mean",
    "field_at",
    "flaws",
    "markup_flaws",
    "model_reference",
    "read_front_matter",
    "read_text",
    "read_yaml",
    "refuse",
    "units",
    "validate",
]
