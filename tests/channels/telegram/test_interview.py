"""A person is interviewed over Telegram's wire, in the shape that Telegram shows."""

import pytest

from bot.conversation.session import Step
from tests.channels.telegram.bot import Running, answer, enter, session_of
from tests.emulator import Emulator, Phone


class TestAnInterview:
    @pytest.mark.usefixtures("telegram")
    async def test_goes_from_start_to_result_in_one_message(self, bot: Running, ana: Phone) -> None:
        await enter(ana)
        for number in range(1, 26):
            await answer(ana, number, number % 6)
        await ana.taps("Show my result")
        await ana.sees("Your result is ready.")
        assert len([message for message in ana.visible if message.author != ana.person.id]) == 1
        assert ana.toasts.count("Saved") == 25
        session = await session_of(bot, ana)
        assert session is not None
        assert len(session.answers) == 25
        assert session.step is Step.RESULT

    @pytest.mark.usefixtures("bot")
    async def test_is_protected_and_shows_no_previews(self, telegram: Emulator, ana: Phone) -> None:
        """Nothing of a chat about health can be forwarded, and no link opens itself."""
        await enter(ana)
        first = telegram.transcript.called("sendMessage")[0].params
        assert first["protect_content"] is True
        assert first["link_preview_options"] == {"is_disabled": True}

    @pytest.mark.usefixtures("bot")
    async def test_answers_a_word_beneath_it_and_closes_the_buttons_above(
        self, telegram: Emulator, ana: Phone
    ) -> None:
        await enter(ana)
        question = await ana.sees("1 of 25")
        await ana.types("1")
        following = await ana.sees("2 of 25")
        assert following.id > question.id
        await telegram.until(lambda: not question.keyboard, "the old buttons are gone")

    @pytest.mark.usefixtures("bot")
    async def test_answers_stickers_photos_and_edits(self, ana: Phone) -> None:
        await enter(ana)
        said = await ana.types("hello")
        await ana.sees("I can only read taps here.")
        await ana.clears_chat()
        await ana.sends_sticker()
        await ana.sees("I can only read taps here.")
        await ana.clears_chat()
        await ana.sends_photo("my breakfast")
        await ana.sees("I can only read taps here.")
        await ana.clears_chat()
        await ana.edits(said, "hello again")
        await ana.sees("I can only read taps here.")

    @pytest.mark.usefixtures("bot")
    async def test_sends_the_persons_data_as_page_and_file(self, ana: Phone) -> None:
        """The file isn't protected: it is the person's own."""
        await enter(ana)
        await ana.types("/mydata")
        document = await ana.receives(".json")
        assert b"big-five" in document.content
        message = next(one for one in ana.visible if "document" in one.wire)
        assert "has_protected_content" not in message.wire

    async def test_a_second_tap_on_the_same_button_changes_nothing(
        self, bot: Running, telegram: Emulator, ana: Phone
    ) -> None:
        """Nor does it leave anything in the chat: the page is the same, and that is a success."""
        await enter(ana)
        question = await ana.sees("1 of 25")
        await ana.taps(question.keyboard[2][0]["text"])
        await ana.taps_again()
        await ana.sees("2 of 25")
        await telegram.quiet()
        session = await session_of(bot, ana)
        assert session is not None
        assert len(session.answers) == 1
        assert [one.id for one in ana.visible if one.author != ana.person.id] == [question.id]
        assert ana.toasts.count("Saved") == 2

    @pytest.mark.usefixtures("bot")
    async def test_an_old_button_brings_the_present_question_to_the_end(
        self, telegram: Emulator, ana: Phone
    ) -> None:
        await enter(ana)
        for number in (1, 2, 3):
            await answer(ana, number, 0)
        question = await ana.sees("4 of 25")
        await ana.taps_old("Let's begin")
        newest = await ana.sees("That question is closed.")
        assert newest.id > question.id
        assert "4 of 25" in newest.text
        await telegram.until(lambda: not question.keyboard, "the old buttons are gone")

    @pytest.mark.usefixtures("bot")
    async def test_a_message_that_is_gone_is_sent_anew(self, ana: Phone) -> None:
        await enter(ana)
        question = await ana.sees("1 of 25")
        data = question.keyboard[0][0]["callback_data"]
        await ana.clears_chat()
        await ana.taps_data(data, question)
        assert (await ana.sees("2 of 25")).id > question.id


class TestWhoIsHeard:
    async def test_groups_are_left_alone(self, bot: Running, telegram: Emulator, ana: Phone) -> None:
        await ana.types("/start", into=telegram.group())
        await telegram.quiet()
        assert not telegram.transcript.called("sendMessage")
        assert await session_of(bot, ana) is None

    async def test_a_person_with_another_language_is_spoken_to_in_it(
        self, bot: Running, telegram: Emulator
    ) -> None:
        luz = telegram.phone("Luz", language_code="es-MX")
        await luz.starts()
        assert (await luz.sees("25")).keyboard
        session = await session_of(bot, luz)
        assert session is not None
        assert session.language == "es"
