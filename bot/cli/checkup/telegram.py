"""Telegram: the token, the webhook, and whom alarms go to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.channels.telegram.wire import TokenRefused, Wire
from bot.cli.checkup.line import Check, fail, ok, warn, when
from bot.errors import ChannelError, SettingsError
from bot.settings import Settings

PATIENCE: Final = 15.0
"""Seconds that Telegram gets."""
LATELY: Final = timedelta(hours=1)
"""An error with our webhook before that is no trouble any more."""

Clock = Callable[[], datetime]


async def telegram(settings: Settings, now: Clock) -> AsyncIterator[Check]:
    """Ask Telegram who we are, and how delivering to us goes."""
    if settings.telegram_bot_token is None:
        yield warn(
            "token", "There is no bot token: only the web and the terminal work.", "Ask @BotFather for one."
        )
        return
    try:
        wire = Wire(settings.token, settings.telegram_api_url)
        async with asyncio.timeout(PATIENCE), wire:
            me = await wire.me()
            yield ok("token", f"Telegram knows the bot: @{me.username}.")
            yield _webhook(settings, await wire.ask("getWebhookInfo", {}), now())
    except (TokenRefused, SettingsError) as error:
        yield fail("token", error.message, error.remedy)
    except (ChannelError, TimeoutError) as error:
        said = f"Telegram can't be reached ({type(error).__name__})."
        yield fail("token", said, "See to the network, DNS and firewall; or Telegram itself is away.")


def _webhook(settings: Settings, told: dict[str, Any], now: datetime) -> Check:
    pending = told.get("pending_update_count", 0)
    address = told.get("url") or ""
    if not address:
        return ok("webhook", f"No webhook is set: the bot asks Telegram. {pending} updates wait there.")
    failed_at = told.get("last_error_date")
    if failed_at is not None and now - datetime.fromtimestamp(failed_at, UTC) < LATELY:
        said = f"Telegram couldn't deliver at {when(datetime.fromtimestamp(failed_at, UTC))}"
        words = str(told.get("last_error_message", ""))[:150]
        remedy = "See to PUBLIC_URL, its certificate and the proxy."
        return fail("webhook", f"{said}: {words}. {pending} updates wait there.", remedy)
    if settings.public_url and not address.startswith(settings.public_url):
        return warn(
            "webhook",
            "The webhook points to another address than PUBLIC_URL.",
            "Restart `attune run --webhook`.",
        )
    return ok("webhook", f"A webhook is set; {pending} updates wait at Telegram.")


def operator(settings: Settings) -> Check:
    """Look at whom alarms go to."""
    if settings.operator_chat is None:
        return warn("operator", "Nobody is told when something is wrong.", "Set OPERATOR_CHAT.")
    return ok("operator", "Alarms go to the chat of OPERATOR_CHAT.")
