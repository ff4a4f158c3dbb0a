"""`attune run`: the Telegram bot."""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.cli.clock import now

if TYPE_CHECKING:
    from bot.channels.telegram.webhook import Webhook
    from bot.channels.telegram.wire import Timeouts
    from bot.operation.condition import Condition
    from bot.settings import Settings
    from bot.turns import Clock, Desk

COLLECT = (20_000, 20, 5)
"""When the garbage collector looks: open interviews stay, and looking at them for every few turns costs a
tenth of each. A turn leaves next to no cycles behind; connections and statements leave some."""

Found = TypeVar("Found")


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(run)


def run(
    webhook: Annotated[
        bool, typer.Option("--webhook", help="Let Telegram call us, instead of asking it.")
    ] = False,
    no_web: Annotated[
        bool, typer.Option("--no-web", help="Only the Telegram bot, without the web server.")
    ] = False,
) -> None:
    """Run the Telegram bot and the web server until stopped (Ctrl-C finishes what was begun; twice: at once).

    Example: attune run --no-web
    """
    from bot.cli.logs import configure  # noqa: PLC0415 - `attune --help` stays quick
    from bot.settings import Settings  # noqa: PLC0415 - the same

    settings = Settings.read()
    configure(settings.log_level, settings.log_format)
    asyncio.run(until_signalled(settings, web=not no_web, webhook=webhook))


async def until_signalled(
    settings: "Settings",
    clock: "Clock" = now,
    timeouts: "Timeouts | None" = None,
    *,
    web: bool = False,
    webhook: bool = False,
) -> None:
    """Run the bot until SIGINT or SIGTERM, of which the second one ends it at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, _stopper(stop, number))
    await serve(settings, clock, stop=stop, timeouts=timeouts, web=web, webhook=webhook)


def _stopper(stop: asyncio.Event, number: int) -> Callable[[], None]:
    def stopper() -> None:
        if stop.is_set():
            os._exit(128 + number)  # what isn't on disk was never confirmed: nothing is lost
        typer.echo("Stopping: what was begun is finished. Once more stops at once.", err=True)
        stop.set()

    return stopper


async def serve(
    settings: "Settings",
    clock: "Clock" = now,
    *,
    stop: asyncio.Event | None = None,
    timeouts: "Timeouts | None" = None,
    web: bool = False,
    webhook: bool = False,
) -> None:
    """Run the bot until told to stop, and the web server beside it."""
    from bot.channels.telegram.alerts import Operator  # noqa: PLC0415 - the same
    from bot.channels.telegram.duties import Keeping  # noqa: PLC0415 - `attune --help` stays quick
    from bot.channels.telegram.service import Service, identify  # noqa: PLC0415 - the same
    from bot.channels.telegram.webhook import Webhook  # noqa: PLC0415 - the same
    from bot.channels.telegram.wire import Wire  # noqa: PLC0415 - the same
    from bot.cli.roof import open_desk  # noqa: PLC0415 - the same
    from bot.operation.condition import MEGABYTE, Condition  # noqa: PLC0415 - the same
    from bot.operation.hearing import Hearing  # noqa: PLC0415 - the same
    from bot.pace import Pace  # noqa: PLC0415 - the same
    from bot.settings import TelegramWire  # noqa: PLC0415 - the same

    stop = stop or asyncio.Event()
    _warn_of_promises(settings)
    token = settings.token
    stock = settings.telegram_wire is TelegramWire.HTTPX
    wires = Wire(token, settings.telegram_api_url, timeouts, stock=stock)
    found: list[str] = []
    calling = (settings.webhook_address, settings.secret_of_webhook) if webhook else None
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(open_desk(settings, clock))
        hook = Webhook(calling[1], desk) if calling else None
        hearing = Hearing()
        condition = Condition(desk.store, clock, hearing, settings.database_file)
        await stack.enter_async_context(
            _beside(desk, settings, stop, found, condition, web=web, webhook=hook)
        )
        wire = await stack.enter_async_context(wires)
        me = await _unless(stop, identify(wire))
        if me is None:
            return
        called = (hook, calling[0]) if hook and calling else None
        keeping = Keeping(settings.address_age, settings.retention)
        taps = Pace(settings.flood_per_s, settings.flood_burst)
        tracking = replace(desk, links_at=settings.links_at if web else None)
        operator = Operator(settings.operator_chat, settings.disk_warning_mb * MEGABYTE)
        watched = (condition, operator)
        service = Service(tracking, wire, me, keeping, called, taps, hearing=hearing, watched=watched)
        found.append(service.link)
        typer.echo(f"Listening as {service.link} (Ctrl-C stops).")
        _collect_seldom()
        await service.run(stop)


def _collect_seldom() -> None:
    """Look for garbage at the pace of a server, and never again among what was there when it began."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)


def _warn_of_promises(settings: "Settings") -> None:
    from bot.cli.promises import broken_promises  # noqa: PLC0415 - `attune --help` stays quick

    for broken in broken_promises(settings):
        import structlog  # noqa: PLC0415 - `attune --help` stays quick

        structlog.get_logger().warning("a consent text promises what isn't kept", problem=broken)


@asynccontextmanager
async def _beside(
    desk: "Desk",
    settings: "Settings",
    stop: asyncio.Event,
    bot: list[str],
    condition: "Condition",
    *,
    web: bool,
    webhook: "Webhook | None",
) -> AsyncIterator[None]:
    """Serve the web meanwhile, also while Telegram is away; `bot` holds its link once that is known."""
    if not (web or webhook):
        yield
        return
    from bot import server  # noqa: PLC0415 - who runs without the web doesn't need it

    listening = server.listen(settings)
    served = server.serve(
        desk,
        settings,
        stop,
        lambda: bot[0] if bot else None,
        listening=listening,
        webhook=webhook,
        web=web,
        condition=condition,
    )
    task = asyncio.create_task(served)
    typer.echo(f"Serving http://{settings.host}:{listening.getsockname()[1]}")
    try:
        yield
    finally:
        stop.set()
        await task


async def _unless(stop: asyncio.Event, work: Coroutine[object, object, Found]) -> Found | None:
    """Return what the work finds, or None as soon as we are told to stop."""
    task, told = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, told}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        told.cancel()
        await asyncio.gather(task, told, return_exceptions=True)
