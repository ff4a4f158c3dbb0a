"""How the bot gets its updates: by asking, or by an address that they are sent to.

Law: asking with a higher offset is the only confirmation; of two who wait at once the older one gets a 409.
"""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.emulator import refusals
from tests.emulator.methods.registry import Params, serves
from tests.emulator.people import Wire
from tests.emulator.refusals import Refused, flood
from tests.emulator.updates import Update
from tests.emulator.webhook import SAFE_SECRET, Settings
from tests.emulator.world import World

LONGEST_POLL = 50
MOST_UPDATES = 100


@dataclass(frozen=True, slots=True)
class Ready:
    """A result that is JSON already, with the remark that Telegram adds to some."""

    result: bytes
    description: str = ""


@serves("getUpdates", "long poll up to 50 s; confirms by offset; 409 for a second poller")
async def get_updates(world: World, params: Params) -> Ready:
    """What has happened since the last confirmation."""
    if world.webhook.settings is not None:
        raise Refused(refusals.WEBHOOK_ACTIVE)
    updates = world.updates
    updates.allow(params.get("allowed_updates"))
    limit = params.get("limit", MOST_UPDATES)
    if not 1 <= limit <= MOST_UPDATES:
        limit = MOST_UPDATES
    offset = params.get("offset", 0)
    end_other_poll(world)
    batch = updates.take(offset, limit)
    timeout = min(max(params.get("timeout", 0), 0), LONGEST_POLL)
    if not batch and timeout:
        batch = await _wait(world, max(offset, 0), limit, timeout)
    return Ready(b"[" + b",".join([update.body for update in batch]) + b"]")


async def _wait(world: World, offset: int, limit: int, seconds: int) -> list[Update]:
    updates, clock = world.updates, world.clock
    deadline = clock.now() + seconds
    mine = asyncio.Event()
    updates.poller = mine
    try:
        while not (batch := updates.take(offset, limit)) and (left := deadline - clock.now()) > 0:
            mine.clear()
            await clock.sleep(left, wake=mine)
            if updates.poller is not mine:
                raise Refused(refusals.OTHER_POLLER)
            if world.closing.is_set():
                return []
        return batch
    finally:
        if updates.poller is mine:
            updates.poller = None


def end_other_poll(world: World) -> None:
    """Whoever waits for updates gets a 409."""
    other, world.updates.poller = world.updates.poller, None
    if other is not None:
        other.set()


@serves("setWebhook", "https, or http to this machine; delivers per lane with back-off")
async def set_webhook(world: World, params: Params) -> Ready:
    """From now on updates are sent to this address."""
    url, secret = params["url"], params.get("secret_token", "")
    if not url:
        return await delete_webhook(world, params)
    if not _reachable(url):
        raise Refused(refusals.WEBHOOK_HTTPS)
    if secret and not SAFE_SECRET.fullmatch(secret):
        raise Refused(refusals.SECRET_TOKEN)
    if world.clock.now() - world.webhook.set_at < 1:
        raise Refused(flood(1))
    world.webhook.set_at = world.clock.now()
    if params.get("drop_pending_updates"):
        world.updates.clear()
    world.updates.allow(params.get("allowed_updates"))
    settings = Settings(url, secret, min(max(params.get("max_connections", 40), 1), 100))
    if settings == world.webhook.settings:
        return Ready(b"true", "Webhook is already set")
    end_other_poll(world)
    await world.webhook.set(settings)
    return Ready(b"true", "Webhook was set")


@serves("deleteWebhook")
async def delete_webhook(world: World, params: Params) -> Ready:
    """From now on the bot asks."""
    if params.get("drop_pending_updates"):
        world.updates.clear()
    if world.webhook.settings is None:
        return Ready(b"true", "Webhook is already deleted")
    await world.webhook.remove()
    return Ready(b"true", "Webhook was deleted")


@serves("getWebhookInfo")
def get_webhook_info(world: World, _params: Params) -> Wire:
    """The address, what waits and what went wrong last."""
    settings = world.webhook.settings
    info: Wire = {
        "url": settings.url if settings else "",
        "has_custom_certificate": False,
        "pending_update_count": len(world.updates.pending()),
    }
    if settings:
        info["max_connections"] = settings.max_connections
        if world.webhook.last_error:
            info["last_error_date"], info["last_error_message"] = world.webhook.last_error
    if world.updates.allowed is not None:
        info["allowed_updates"] = sorted(world.updates.allowed)
    return info


def _reachable(url: str) -> bool:
    parts = urlsplit(url)
    local = parts.hostname in ("127.0.0.1", "localhost")
    return parts.scheme == "https" or (parts.scheme == "http" and local)
