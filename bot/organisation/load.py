"""From a folder to the organisation that the other rooms use."""

from pathlib import Path

from bot.errors import AuthorError
from bot.organisation.check import MAIN, must_hold, read_source, two_defaults
from bot.organisation.codes import stops
from bot.organisation.model import Organisation
from bot.source import refuse


def load(folder: Path) -> Organisation:
    """Load one organisation, or raise `AuthorError` with the first things that are wrong."""
    source = read_source(folder)
    refuse(folder, filter(stops, (*source.problems, *must_hold(source))))
    if source.value is None:
        raise AuthorError(f"{folder} holds no organisation.")
    return source.value


def load_all(folder: Path) -> dict[str, Organisation]:
    """Load every organisation in a folder, by id, or raise `AuthorError`."""
    if not folder.is_dir():
        raise AuthorError(
            f"There is no folder {folder}.", remedy="Set ORGANISATIONS to a folder of organisations."
        )
    folders = organisation_folders(folder)
    loaded = [load(each) for each in folders]
    refuse(folder, two_defaults(map(read_source, folders)))
    if not loaded:
        raise AuthorError(
            f"{folder} holds no organisation.", remedy="`attune init DIR` copies the shipped ones."
        )
    return {organisation.id: organisation for organisation in loaded}


def organisation_folders(folder: Path) -> list[Path]:
    """Return the folders in a folder that are organisations."""
    return sorted(path.parent for path in folder.glob(f"*/{MAIN}") if not path.parent.name.startswith("."))
