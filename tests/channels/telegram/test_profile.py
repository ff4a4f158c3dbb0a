"""What Telegram shows before the first tap."""

from bot.channels.telegram.profile import MAX_ABOUT, MAX_COMMAND, MAX_DESCRIPTION, profiles
from bot.turns import Desk
from tests.channels.telegram.bot import library, running
from tests.emulator import Emulator


class TestTheProfile:
    async def test_is_shown_in_the_persons_language(self, telegram: Emulator, desk: Desk) -> None:
        ana, luz = telegram.phone("Ana"), telegram.phone("Luz", language_code="es")
        jun = telegram.phone("Jun", language_code="ja")
        async with running(telegram, desk):
            await telegram.until(
                lambda: len(telegram.transcript.called("setMyShortDescription")) == 3, "the profile is set"
            )
        english, spanish, other = (telegram.commands_for(phone) for phone in (ana, luz, jun))
        names = ["start", "resume", "language", "privacy", "mydata", "forget", "help", "stop"]
        assert [one["command"] for one in english] == names
        assert english == other
        assert [one["command"] for one in spanish] == names
        assert spanish[0]["description"] != english[0]["description"]
        assert "Example Hospital" in telegram.description_for(ana)
        assert telegram.description_for(luz) != telegram.description_for(ana)

    async def test_is_sent_only_when_it_changed(self, telegram: Emulator, desk: Desk) -> None:
        async with running(telegram, desk):
            await telegram.until(
                lambda: len(telegram.transcript.called("setMyShortDescription")) == 3, "the profile is set"
            )
            await telegram.quiet()
        before = len(telegram.transcript.calls)
        async with running(telegram, desk):
            await telegram.quiet()
        assert [call.method for call in list(telegram.transcript.calls)[before:]] == ["getMe"]

    def test_nothing_is_cut_off(self) -> None:
        """The guard is for authors of other organisations; ours fits."""
        for profile in profiles(library()):
            assert len(profile.description) < MAX_DESCRIPTION
            assert len(profile.about) < MAX_ABOUT
            assert all(len(words) < MAX_COMMAND for _, words in profile.commands)
