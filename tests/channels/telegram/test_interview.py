"""A person is interviewed over Telegram's wire."""

from tests.channels.telegram.bot import Running, answer, enter
from tests.emulator import Emulator, Phone


class TestAnInterview:
    async def test_goes_from_start_to_result(self, bot: Running, telegram: Emulator, ana: Phone) -> None:
        await enter(ana)
        for number in range(1, 26):
            await answer(ana, number, number % 6)
        await ana.taps("Show my result")
        await ana.sees("Your result is ready.")
        print(ana.screen)
        print(telegram.transcript.told(ana.chat.id)[-3000:])
        print(telegram.world.rates.excesses)
