"""The pages of commands and settings say what the program says."""

from pathlib import Path

from bot.cli import reference


def test_the_page_of_commands_is_up_to_date(root: Path) -> None:
    """`python -m bot.cli.reference` writes it."""
    assert (root / reference.COMMANDS).read_text("utf-8") == reference.commands()


def test_the_page_of_settings_is_up_to_date(root: Path) -> None:
    """`python -m bot.cli.reference` writes it."""
    assert (root / reference.SETTINGS).read_text("utf-8") == reference.settings()


def test_every_command_has_an_example() -> None:
    """A command without an example is a command half explained."""
    sections = reference.commands().split("\n## ")[1:]
    assert sections
    assert [section.splitlines()[0] for section in sections if "Example: `attune" not in section] == []
