"""Rules for keyboards that stand in the documentation as prose, not in the schema."""

from typing import Any

from tests.emulator.refusals import (
    EMPTY_BUTTON,
    MARKUP_TOO_LONG,
    NO_BUTTON_ACTION,
    TWO_ACTIONS,
    Refused,
)

Button = dict[str, Any]
Keyboard = list[list[Button]]

MOST_BUTTONS = 100
MOST_IN_A_ROW = 8
DECORATION = {"text", "icon_custom_emoji_id", "style"}


def keyboard_of(markup: dict[str, Any] | None) -> Keyboard:
    """The inline buttons of a reply markup; none for any other kind."""
    return markup.get("inline_keyboard", []) if markup else []


def check(markup: dict[str, Any] | None) -> None:
    """Refuses an inline keyboard that Telegram would refuse, or show broken."""
    rows = keyboard_of(markup)
    if sum(map(len, rows)) > MOST_BUTTONS or any(len(row) > MOST_IN_A_ROW for row in rows):
        raise Refused(MARKUP_TOO_LONG)
    for row in rows:
        for button in row:
            _check_button(button)


def _check_button(button: Button) -> None:
    if not button["text"].strip():
        raise Refused(EMPTY_BUTTON)
    actions = len(button.keys() - DECORATION)
    if actions == 0:
        raise Refused(NO_BUTTON_ACTION)
    if actions > 1:
        raise Refused(TWO_ACTIONS)
