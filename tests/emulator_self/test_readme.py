"""The README tells the truth about the methods."""

from pathlib import Path

from tests.emulator.methods import SERVED, table
from tests.emulator.schema import load
from tests.emulator_self.raw import RawBot

README = (Path(__file__).parents[1] / "emulator" / "README.md").read_text()


def test_lists_every_served_method_with_its_remark() -> None:
    assert table() in README


def test_counts_the_refused_ones() -> None:
    assert f"the other {len(load().methods) - len(SERVED)} methods of Bot API {load().version} " in README


async def test_every_other_method_is_refused(bot: RawBot) -> None:
    for name in load().methods.keys() - SERVED.keys():
        assert (await bot.call(name)).status == 501
