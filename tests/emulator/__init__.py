"""A strict Telegram Bot API emulator over real HTTP; see README.md beside this file.

async with Emulator() as telegram:        # the bot gets TELEGRAM_API_URL=telegram.url
ana = telegram.phone("Ana", language_code="es")
await ana.starts("invite")
await ana.taps("Yes")
await ana.sees("1 of 12")
"""

from tests.emulator.clock import Clock
from tests.emulator.emulator import TOKEN, Emulator
from tests.emulator.phone import Document, Phone

__all__ = ["TOKEN", "Clock", "Document", "Emulator", "Phone"]
