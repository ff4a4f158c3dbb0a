"""What Telegram shows before the first tap: commands and descriptions, sent only when they changed."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

import orjson
import structlog
from telegram import BotCommandScopeAllPrivateChats

from bot.channels.telegram.hear import COMMANDS
from bot.channels.telegram.wire import Wire
from bot.conversation.library import Library
from bot.errors import ChannelError
from bot.storage.store import Store

log = structlog.get_logger()

DIGEST: Final = "telegram_profile"
"""The fact that says which profile Telegram has."""
MAX_COMMAND: Final = 256
MAX_DESCRIPTION: Final = 512
MAX_ABOUT: Final = 120


@dataclass(frozen=True, slots=True)
class Profile:
    """The profile in one language; None is for everybody whose language we don't speak."""

    language: str | None
    description: str
    about: str
    commands: tuple[tuple[str, str], ...]


def profiles(library: Library) -> tuple[Profile, ...]:
    """Return the profile in every language that Telegram can tell apart, the fallback first."""
    spoken = library.phrasebook.languages
    telling_apart = [language for language in spoken if re.fullmatch(r"[a-z]{2}", language)]
    return tuple(_profile(library, spoken[0], None) for _ in spoken[:1]) + tuple(
        _profile(library, language, language) for language in telling_apart
    )


def _profile(library: Library, spoken: str, language: str | None) -> Profile:
    book = library.phrasebook
    name = library.organisations[library.default_organisation].name
    return Profile(
        language,
        book.say(spoken, "bot.description", {}, organisation=name)[:MAX_DESCRIPTION],
        book.say(spoken, "bot.about", {}, organisation=name)[:MAX_ABOUT],
        tuple((one, book.say(spoken, f"command.{one}", {})[:MAX_COMMAND]) for one in COMMANDS),
    )


async def introduce(wire: Wire, store: Store, library: Library, username: str) -> None:
    """Tell Telegram who we are, if that isn't what it shows already; never fatal."""
    wanted = profiles(library)
    digest = hashlib.sha256(orjson.dumps([username, *wanted])).hexdigest()
    if await store.recall(DIGEST) == digest:
        return
    try:
        for profile in wanted:
            await _send(wire, profile)
    except ChannelError as error:
        log.warning("commands and descriptions weren't updated; the next start tries again", error=str(error))
        return
    await store.remember(DIGEST, digest)


async def _send(wire: Wire, profile: Profile) -> None:
    async with wire.call() as bot:
        await bot.set_my_commands(
            profile.commands, scope=BotCommandScopeAllPrivateChats(), language_code=profile.language
        )
    async with wire.call() as bot:
        await bot.set_my_description(profile.description, language_code=profile.language)
    async with wire.call() as bot:
        await bot.set_my_short_description(profile.about, language_code=profile.language)
