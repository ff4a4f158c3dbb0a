"""The tree of errors: whose fault it is, and what to do.

    AttuneError
    ├── AuthorError           a file of an author: questionnaire, organisation, tip, journey
    ├── OperatorError         a setting, a key, a token, a disk, a database of another version
    │   ├── SettingsError
    │   ├── KeyMismatch
    │   └── DatabaseVersionError
    ├── StoreUnavailable      the store can't take it now; try again, nothing was half-written
    └── ChannelError          the wire: Telegram said no, or said nothing

A person's odd answer is never an exception; it is a reply. Imports nothing.
"""


class AttuneError(Exception):
    """Something went wrong that the program can name."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        """Keep what is wrong and what to do about it, both fit to be printed."""
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        """Say what is wrong, then what to do."""
        return f"{self.message} {self.remedy}".strip()


class AuthorError(AttuneError):
    """A questionnaire or organisation can't be used as it is; `attune check` lists every problem."""


class OperatorError(AttuneError):
    """The machine, its settings or its database need a hand."""


class SettingsError(OperatorError):
    """A setting is missing or can't be right."""


class KeyMismatch(OperatorError):
    """The database was made with another privacy key."""


class DatabaseVersionError(OperatorError):
    """The database belongs to another version of the program."""


class StoreUnavailable(AttuneError):
    """The store can't take anything now."""


class ChannelError(AttuneError):
    """A channel refused or lost a message."""
