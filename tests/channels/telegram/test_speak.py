"""A message in Telegram's terms."""

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.address import Address, parse
from bot.channels.telegram.speak import MAX_TEXT, as_html, as_plain, keyboard, pieces, toast
from bot.conversation.replies import Button, Message, Page
from tests.emulator import entities


def shown(*rows: tuple[Button, ...]) -> Message:
    return Message(Page.HELP, "text", rows)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class TestText:
    def test_bold_becomes_a_tag_and_nothing_else_does(self) -> None:
        assert as_html("**a < b** & <i>c</i>") == "<b>a &lt; b</b> &amp; &lt;i&gt;c&lt;/i&gt;"
        assert as_plain("**a < b** & c") == "a < b & c"

    @given(st.text(alphabet="ab*<>&\"'/\n", max_size=60))
    def test_whatever_an_author_writes_can_be_read(self, text: str) -> None:
        """The emulator's own parser takes it, and finds the same words in it."""
        parsed, _ = entities.parse(as_html(text), "HTML")
        assert parsed.strip() == as_plain(text).strip()

    def test_a_short_text_stays_whole(self) -> None:
        assert pieces("x" * MAX_TEXT) == ("x" * MAX_TEXT,)

    @given(st.text(alphabet="a\U0001f600\n", min_size=1, max_size=60), st.integers(1, 400))
    def test_a_long_text_is_cut_and_loses_nothing(self, text: str, times: int) -> None:
        whole = text * times
        parts = pieces(whole)
        assert all(units(part) <= MAX_TEXT for part in parts)
        assert "".join(parts).replace("\n", "") == whole.replace("\n", "") or not whole.strip()

    def test_a_notice_is_no_longer_than_telegram_takes(self) -> None:
        assert toast("Saved") == "Saved"
        assert units(toast("\U0001f600" * 150) or "") <= 200
        assert toast(None) is None


class TestKeyboards:
    def test_each_button_has_one_action(self) -> None:
        markup = keyboard(
            shown(
                (Button("tap", token="1.x.0.b"), Button("open", url="https://example.org/")),
                (Button("copy", copy="a line"),),
            )
        )
        assert markup is not None
        assert markup["inline_keyboard"] == [
            [
                {"text": "tap", "callback_data": "1.x.0.b"},
                {"text": "open", "url": "https://example.org/"},
            ],
            [{"text": "copy", "copy_text": {"text": "a line"}}],
        ]

    def test_no_buttons_are_no_keyboard(self) -> None:
        assert keyboard(shown()) is None
        assert keyboard(shown(())) is None


class TestAddresses:
    def test_one_comes_back_as_it_was(self) -> None:
        assert parse(str(Address(42, 7))) == Address(42, 7)
        assert "42" not in repr(Address(42, 7))

    def test_another_channels_is_none_of_ours(self) -> None:
        assert [parse(text) for text in ("terminal", "{}", "[]", '{"chat": "x", "message": 1}')] == [None] * 4
