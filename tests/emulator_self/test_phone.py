"""The phone does what a person can do, and says what is on the screen where they can't."""

import asyncio
from typing import Any

import pytest

from tests.emulator import Emulator, Phone
from tests.emulator_self.raw import RawBot, keyboard

AGREE = keyboard([("Strongly agree", "q1:5"), ("Agree", "q1:4")], [("Back", "back")])


@pytest.fixture
async def ana(telegram: Emulator) -> Phone:
    phone = telegram.phone("Ana")
    await phone.starts()
    return phone


async def taps(bot: RawBot) -> list[dict[str, Any]]:
    return [update["callback_query"] for update in await bot.updates() if "callback_query" in update]


class TestScreen:
    async def test_shows_messages_and_rows_of_buttons(self, bot: RawBot, ana: Phone) -> None:
        await bot.says(ana.person.id, "I like plans.", reply_markup=AGREE)
        await ana.sends_sticker()
        assert ana.screen == ("/start\n\nI like plans.\n[Strongly agree]  [Agree]\n[Back]\n\n(sticker)")

    async def test_shows_nothing_that_was_deleted(self, bot: RawBot, ana: Phone) -> None:
        message = await bot.says(ana.person.id, "Gone soon")
        await bot.call("deleteMessages", chat_id=ana.person.id, message_ids=[1, message])
        assert ana.screen == ""
        await bot.says(ana.person.id, "Also gone")
        await ana.clears_chat()
        assert ana.screen == ""


class TestSeeing:
    async def test_waits_until_the_bot_has_said_it(self, bot: RawBot, ana: Phone) -> None:
        seeing = asyncio.create_task(ana.sees("1 of 12"))
        await asyncio.sleep(0.02)
        assert not seeing.done()
        message = await bot.says(ana.person.id, "Question 1 of 12")
        assert (await seeing).id == message

    async def test_does_not_take_their_own_words_for_the_bot_s(self, ana: Phone) -> None:
        await ana.types("1 of 12")
        with pytest.raises(AssertionError, match="Ana: doesn't see '1 of 12'"):
            await ana.sees("1 of 12", seconds=0.01)

    async def test_fails_with_the_screen_and_what_happened(self, bot: RawBot, ana: Phone) -> None:
        await bot.says(ana.person.id, "I like plans.", reply_markup=AGREE)
        with pytest.raises(AssertionError) as failure:
            await ana.sees("2 of 12", seconds=0.01)
        assert "[Strongly agree]  [Agree]" in str(failure.value)
        assert "Ana writes: '/start'" in str(failure.value)
        assert "bot says: 'I like plans.'" in str(failure.value)

    async def test_waits_until_it_is_gone(self, bot: RawBot, ana: Phone) -> None:
        message = await bot.says(ana.person.id, "Wait …")
        gone = asyncio.create_task(ana.sees_no_more("Wait"))
        await asyncio.sleep(0)
        await bot.call("editMessageText", chat_id=ana.person.id, message_id=message, text="Done")
        await gone
        with pytest.raises(AssertionError, match="still sees 'Done'"):
            await ana.sees_no_more("Done", seconds=0.01)

    async def test_waits_for_buttons_and_notices(self, bot: RawBot, ana: Phone) -> None:
        message = await bot.says(ana.person.id, reply_markup=AGREE)
        assert (await ana.sees_button("Agree")).id == message
        await ana.taps("Agree")
        (tap,) = await taps(bot)
        await bot.call("answerCallbackQuery", callback_query_id=tap["id"], text="Saved.")
        assert await ana.sees_toast("Saved") == "Saved."
        with pytest.raises(AssertionError, match="no notice 'Lost'"):
            await ana.sees_toast("Lost", seconds=0.01)
        with pytest.raises(AssertionError, match="no document"):
            await ana.receives("mydata", seconds=0.01)


class TestTapping:
    async def test_takes_the_exact_label_first(self, bot: RawBot, ana: Phone) -> None:
        await bot.says(ana.person.id, reply_markup=AGREE)
        await ana.taps("Agree")
        await ana.taps("Strongly")
        assert [tap["data"] for tap in await taps(bot)] == ["q1:4", "q1:5"]

    async def test_takes_no_beginning_that_two_labels_share(self, bot: RawBot, ana: Phone) -> None:
        await bot.says(ana.person.id, reply_markup=keyboard([("Yes, all", "a"), ("Yes, some", "s")]))
        with pytest.raises(AssertionError, match="no button 'Yes' to tap"):
            await ana.taps("Yes", seconds=0.01)

    async def test_takes_the_newest_message(self, bot: RawBot, ana: Phone) -> None:
        for data in ("old", "new"):
            await bot.says(ana.person.id, reply_markup=keyboard([("Go", data)]))
        await ana.taps("Go")
        (tap,) = await taps(bot)
        assert tap["data"] == "new"
        assert tap["from"] == ana.person.wire()
        assert tap["message"]["reply_markup"] == keyboard([("Go", "new")])

    async def test_again_makes_a_second_tap(self, bot: RawBot, ana: Phone) -> None:
        with pytest.raises(AssertionError, match="nothing was tapped"):
            await ana.taps_again()
        await bot.says(ana.person.id, reply_markup=AGREE)
        await ana.taps("Agree")
        await ana.taps_again()
        first, second = await taps(bot)
        assert first["id"] != second["id"]
        assert first["data"] == second["data"]

    async def test_reaches_buttons_that_were_edited_away(self, bot: RawBot, ana: Phone) -> None:
        message = await bot.says(ana.person.id, "1 of 12", reply_markup=AGREE)
        await bot.call("editMessageText", chat_id=ana.person.id, message_id=message, text="2 of 12")
        with pytest.raises(AssertionError, match="no button 'Agree'"):
            await ana.taps("Agree", seconds=0.01)
        await ana.taps_old("Agree")
        (tap,) = await taps(bot)
        assert (tap["data"], tap["message"]["text"]) == ("q1:4", "2 of 12")
        with pytest.raises(AssertionError, match="ever had a button"):
            await ana.taps_old("Never", ana.visible[-1])

    async def test_opens_links_and_copies(self, bot: RawBot, ana: Phone) -> None:
        row = [
            {"text": "Read", "url": "https://example.org/"},
            {"text": "Copy", "copy_text": {"text": "A-17"}},
            {"text": "Soon", "disabled": {}},
        ]
        await bot.says(ana.person.id, reply_markup={"inline_keyboard": [row]})
        await ana.taps("Read")
        await ana.taps("Copy")
        assert (ana.opened, ana.copied) == (["https://example.org/"], ["A-17"])
        with pytest.raises(AssertionError, match="does nothing here"):
            await ana.taps("Soon")
        assert await taps(bot) == []


class TestLeaving:
    async def test_a_block_and_its_end_are_told(self, bot: RawBot, ana: Phone) -> None:
        await ana.blocks()
        assert (await bot.call("sendMessage", chat_id=ana.person.id, text="a")).status == 403
        await ana.unblocks()
        assert await bot.says(ana.person.id)
        changes = [update["my_chat_member"] for update in (await bot.updates())[1:]]
        assert [change["new_chat_member"]["status"] for change in changes] == ["kicked", "member"]

    async def test_a_group_that_takes_the_bot_in_and_out_is_told(self, bot: RawBot, ana: Phone) -> None:
        group = await ana.opens_group("Ward 3")
        await ana.types("/start", into=group)
        await ana.removes_bot(group)
        added, written, removed = (await bot.updates())[1:]
        assert added["my_chat_member"]["new_chat_member"]["status"] == "member"
        assert written["message"]["chat"] == {"id": group.id, "type": "group", "title": "Ward 3"}
        assert removed["my_chat_member"]["new_chat_member"]["status"] == "kicked"
        assert (await bot.call("sendMessage", chat_id=group.id, text="a")).status == 403

    async def test_a_deleted_account_is_not(self, bot: RawBot, ana: Phone) -> None:
        await ana.deletes_account()
        assert (await bot.call("sendMessage", chat_id=ana.person.id, text="a")).status == 403
        assert len(await bot.updates()) == 1


class TestWaiting:
    async def test_for_quiet_needs_every_update_confirmed(
        self, telegram: Emulator, bot: RawBot, ana: Phone
    ) -> None:
        assert ana.visible
        with pytest.raises(AssertionError, match=r"unconfirmed: \[1\]"):
            await telegram.quiet(seconds=0.05)
        await bot.updates(2)
        await telegram.quiet(0.01)

    async def test_for_any_condition_fails_with_the_transcript(self, telegram: Emulator, ana: Phone) -> None:
        assert await telegram.until(lambda: ana.visible, "something is there")
        with pytest.raises(AssertionError, match=r"a miracle\n .*Ana writes"):
            await telegram.until(lambda: None, "a miracle", seconds=0.01)
