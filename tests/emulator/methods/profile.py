"""What the bot is and how it presents itself."""

import re
from typing import Any

from tests.emulator import refusals
from tests.emulator.methods.addressing import chat_of
from tests.emulator.methods.registry import Params, serves
from tests.emulator.people import Wire
from tests.emulator.profile import scope_key
from tests.emulator.refusals import Refused
from tests.emulator.world import World

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE = re.compile(r"[a-z]{2}")
MOST_COMMANDS = 100
LENGTHS = {"name": 64, "description": 512, "short_description": 120}


@serves("getMe")
def get_me(world: World, _params: Params) -> Wire:
    """The bot as a `User`."""
    abilities = (
        "can_join_groups",
        "can_read_all_group_messages",
        "supports_inline_queries",
        "can_connect_to_business",
        "has_main_web_app",
    )
    return world.bot | dict.fromkeys(abilities, False)


@serves("getChat", "with the fields that every chat has")
def get_chat(world: World, params: Params) -> Wire:
    """All about a chat."""
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    return chat_of(world, params).wire() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


@serves("setMyCommands", "per scope and language")
def set_my_commands(world: World, params: Params) -> bool:
    """The list under the menu button."""
    commands = params["commands"]
    if len(commands) > MOST_COMMANDS:
        raise Refused(refusals.bad_request("BOT_COMMANDS_TOO_MUCH"))
    for command in commands:
        if not COMMAND.fullmatch(command["command"].removeprefix("/")):
            raise Refused(refusals.COMMAND_INVALID)
        if not 1 <= len(command["description"]) <= 256:
            raise Refused(refusals.COMMAND_DESCRIPTION)
    world.profile.set_commands(scope_key(params.get("scope")), _language(params), commands)
    return True


@serves("getMyCommands", "exactly the list of that scope and language")
def get_my_commands(world: World, params: Params) -> list[dict[str, str]]:
    """The list that was set."""
    return world.profile.commands(scope_key(params.get("scope")), _language(params))


@serves("deleteMyCommands")
def delete_my_commands(world: World, params: Params) -> bool:
    """The list goes; a wider one shows."""
    world.profile.set_commands(scope_key(params.get("scope")), _language(params), [])
    return True


@serves("setChatMenuButton", "of one chat or of all")
def set_chat_menu_button(world: World, params: Params) -> bool:
    """The button beside the field where one types."""
    chat_id = chat_of(world, params).id if "chat_id" in params else None
    world.profile.set_menu(chat_id, params.get("menu_button", {"type": "default"}))
    return True


@serves("getChatMenuButton")
def get_chat_menu_button(world: World, params: Params) -> Wire:
    """The button that is shown."""
    return world.profile.menu(params.get("chat_id"))


def _set_text(kind: str) -> Any:
    def serve(world: World, params: Params) -> bool:
        text = params.get(kind, "")
        if len(text) > LENGTHS[kind]:
            raise Refused(refusals.ours(f"{kind} must have 0-{LENGTHS[kind]} characters"))
        world.profile.set_text(kind, _language(params), text)
        return True

    return serve


def _get_text(kind: str) -> Any:
    def serve(world: World, params: Params) -> Wire:
        return {kind: world.profile.text(kind, _language(params))}

    return serve


for _kind, _method in (
    ("name", "Name"),
    ("description", "Description"),
    ("short_description", "ShortDescription"),
):
    serves(f"setMy{_method}", "per language")(_set_text(_kind))
    serves(f"getMy{_method}", "that language's, else everybody's")(_get_text(_kind))


def _language(params: Params) -> str:
    language: str = params.get("language_code", "")
    if language and not LANGUAGE.fullmatch(language):
        raise Refused(refusals.LANGUAGE_INVALID)
    return language
