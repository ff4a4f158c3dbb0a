"""What the bot shows about itself: commands, name, descriptions and menu button, by scope and language."""

from collections.abc import Iterable
from typing import Any

Scope = tuple[str | int, ...]

DEFAULT: Scope = ("default",)


def scope_key(scope: dict[str, Any] | None) -> Scope:
    """A scope as something to look up by."""
    if scope is None:
        return DEFAULT
    return tuple(scope[name] for name in ("type", "chat_id", "user_id") if name in scope)


class Profile:
    """The bot's public face."""

    def __init__(self) -> None:
        self._commands: dict[tuple[Scope, str], list[dict[str, str]]] = {}
        self._texts: dict[tuple[str, str], str] = {}
        self._menus: dict[int | None, dict[str, Any]] = {}

    def set_commands(self, scope: Scope, language: str, commands: list[dict[str, str]]) -> None:
        """Replaces one list; an empty one is none."""
        if commands:
            self._commands[scope, language] = commands
        else:
            self._commands.pop((scope, language), None)

    def commands(self, scope: Scope, language: str) -> list[dict[str, str]]:
        """Exactly this list, as the bot would read it back."""
        return self._commands.get((scope, language), [])

    def commands_seen(self, scopes: Iterable[Scope], language: str) -> list[dict[str, str]]:
        """The list that a person's app shows: narrowest scope first, and in it their language first."""
        for scope in scopes:
            for tongue in (language, ""):
                if found := self._commands.get((scope, tongue)):
                    return found
        return []

    def set_text(self, kind: str, language: str, text: str) -> None:
        """Replaces a name or description in one language; an empty one is removed."""
        if text:
            self._texts[kind, language] = text
        else:
            self._texts.pop((kind, language), None)

    def text(self, kind: str, language: str) -> str:
        """A name or description as seen in this language, else as seen by everybody."""
        return self._texts.get((kind, language)) or self._texts.get((kind, ""), "")

    def set_menu(self, chat_id: int | None, button: dict[str, Any]) -> None:
        """The menu button of one chat, or of all."""
        self._menus[chat_id] = button

    def menu(self, chat_id: int | None) -> dict[str, Any]:
        """The menu button that this chat has."""
        return self._menus.get(chat_id) or self._menus.get(None) or {"type": "commands"}
