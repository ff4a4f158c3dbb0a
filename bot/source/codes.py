"""Tables of what can be wrong, and the rows that hold for every file.

A room keeps its rows in one `Table`, which its reference page prints: a code without a row can't be told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from bot.source.builder import Route
from bot.source.document import Document
from bot.source.problem import Problem


class Code(NamedTuple):
    """One thing that can be wrong."""

    what: str
    hint: str
    stops: bool = True
    """Whether the program refuses to start with it; `attune check` fails on every one."""


@dataclass(frozen=True, slots=True)
class Table:
    """Everything that the checks of one kind of file can say."""

    rows: Mapping[str, Code]

    def problem(
        self,
        code: str,
        document: Document,
        route: Route,
        message: str,
        hint: str = "",
        *,
        at_key: bool = False,
    ) -> Problem:
        """Return a problem with its hint from the table, unless the caller knows a better one."""
        return document.problem(route, code, message, hint or self.rows[code].hint, at_key=at_key)

    def stops(self, problem: Problem) -> bool:
        """Return whether the program refuses to start with it."""
        return self.rows[problem.code].stops


FILES: dict[str, Code] = {
    "no-file": Code("A file that must be there isn't.", "Add it, or check how it is spelt."),
    "unreadable": Code(
        "It is no ordinary file, or may not be read.", "Put a text file here that may be read."
    ),
    "outside": Code("A link leads out of the folder, or to another folder.", "Copy the file here."),
    "too-large": Code("More than 1 MB, or more than 20,000 values.", "Split it, or look what is in it."),
    "not-utf8": Code("A byte isn't UTF-8.", "Save the file as UTF-8."),
    "control-character": Code("A character that nobody can see, or its escape.", "Delete it."),
    "no-front-matter": Code(
        "A tip doesn't begin with its keys between two `---` lines.", "Begin it with a line `---`."
    ),
    "tab-indent": Code("A tab indents a line.", "Use spaces."),
    "yaml-syntax": Code("It isn't YAML.", "Look at this line and the one above it."),
    "yaml-alias": Code("An anchor (&) or an alias (*).", "Write it out."),
    "yaml-merge": Code("A merge key (<<).", "Write the keys out."),
    "yaml-tag": Code("A tag (!).", "Leave it out, or quote the text."),
    "yaml-key": Code("A key that isn't a word.", "Write a simple key."),
    "yaml-number": Code("An infinite number, or none.", "Quote it if it is a text."),
    "duplicate-key": Code("A key stands twice in one place.", "Keep one of them."),
    "too-deep": Code("More than 20 levels.", "No questionnaire needs that."),
    "several-documents": Code("A second document begins in the file.", "One file, one document."),
    "not-a-mapping": Code("The file holds no keys.", "Write `key: value` lines."),
    "missing-key": Code("A key that must be there isn't.", "Add it."),
    "unknown-key": Code("Nobody knows this key.", "The hint names the nearest one that is known."),
    "unknown-value": Code("Not one of the values allowed here.", "The hint lists them."),
    "wrong-type": Code(
        "A text where a number belongs, or the like.", "Quote texts; don't quote numbers, true and false."
    ),
    "wrong-form": Code(
        "An id, language, address or day that isn't written as one.", "The hint shows the form."
    ),
    "out-of-range": Code("Too few, too many, too small or too large.", "The message says the limit."),
    "wrong-value": Code("Any other value that the model refuses.", "The message says why."),
}
"""Said by the reader of files, before anything is understood."""

WORDS: dict[str, Code] = {
    "placeholder": Code(
        "A placeholder that nobody fills in.", "Allowed: {organisation}, {count}, {emergency}, {segment}."
    ),
    "brace": Code("A brace that belongs to no placeholder.", "Take it away; YAML texts have no templates."),
    "bold": Code("`**` is opened and not closed.", "Write **bold** with two stars on both sides."),
    "markup": Code("HTML.", "`**bold**` is the only markup."),
    "dead-link": Code(
        "An address doesn't answer (looked at only with `--links`).", "Replace it.", stops=False
    ),
    "long-text": Code("Longer than a message of Telegram (4,096 characters).", "Shorten it."),
}
"""Said about any text that a person reads."""
