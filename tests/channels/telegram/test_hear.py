"""What an update means; names, phone numbers and groups mean nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.telegram.hear import Blocked, Ignored, Said, Unblocked, Unparsable, hear, sender_of
from bot.conversation.events import Commanded, Heard, Sent, Started, Tapped, Typed

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
PRIVATE = {"id": 42, "type": "private", "first_name": "SECRET-NAME", "username": "SECRET-NAME"}
SENDER = {"id": 42, "is_bot": False, "first_name": "SECRET-NAME", "language_code": "es"}


def message(**content: Any) -> dict[str, Any]:
    return {
        "update_id": 7,
        "message": {"message_id": 3, "date": 1_790_000_000, "chat": PRIVATE, "from": SENDER, **content},
    }


def tap(**changes: Any) -> dict[str, Any]:
    shown = {"message_id": 3, "date": 1_790_000_000, "chat": PRIVATE, "text": "1 of 12"}
    query = {"id": "99", "from": SENDER, "chat_instance": "1", "message": shown, "data": "1.x.0.b"}
    return {"update_id": 8, "callback_query": query | changes}


def heard(update: dict[str, Any]) -> Heard:
    hearing = hear(update, AT, "seed")
    assert isinstance(hearing, Said)
    return hearing.incoming.heard


class TestMessages:
    @pytest.mark.parametrize(
        ("text", "meaning"),
        [
            ("/start", Started(AT, "seed", "telegram", "es")),
            ("/start abc_DEF-123", Started(AT, "seed", "telegram", "es", "abc_DEF-123")),
            ("/start@attune_bot abc", Started(AT, "seed", "telegram", "es", "abc")),
            ("/START", Started(AT, "seed", "telegram", "es")),
            ("/start not a code", Started(AT, "seed", "telegram", "es")),
            ("/start " + "a" * 65, Started(AT, "seed", "telegram", "es")),
            ("/forget", Commanded(AT, "forget", "seed")),
            ("/help me", Commanded(AT, "help", "seed")),
            ("/unknown", Typed(AT, "/unknown", "seed")),
            ("/ start", Typed(AT, "/ start", "seed")),
            ("3", Typed(AT, "3", "seed")),
        ],
    )
    def test_a_text_is_a_command_or_words(self, text: str, meaning: Heard) -> None:
        assert heard(message(text=text)) == meaning

    @pytest.mark.parametrize("kind", ["sticker", "photo", "voice", "contact", "poll", "story"])
    def test_whatever_else_is_sent_has_a_kind_and_no_content(self, kind: str) -> None:
        assert heard(message(**{kind: {"phone_number": "SECRET"}})) == Sent(AT, kind, "seed")

    def test_what_is_written_below_a_photo_is_heard_like_words(self) -> None:
        """Somebody in need may write there; the words go no further than any others."""
        assert heard(message(photo=[], caption="help")) == Typed(AT, "help", "seed")

    def test_an_edited_message_is_only_that(self) -> None:
        edited = {"update_id": 7, "edited_message": message(text="SECRET")["message"]}
        assert heard(edited) == Sent(AT, "edited", "seed")

    def test_a_notice_of_telegram_is_passed_over(self) -> None:
        notice = message(pinned_message={"message_id": 1})
        assert hear(notice, AT, "seed") == Ignored("tg:7", "service message")

    def test_nothing_that_names_the_person_is_kept(self) -> None:
        assert "SECRET" not in repr(hear(message(text="SECRET"), AT, "seed"))

    @pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
    def test_only_private_chats_are_heard(self, kind: str) -> None:
        group = message(text="/start", chat={"id": -5, "type": kind, "title": "Ward"})
        assert hear(group, AT, "seed") == Ignored("tg:7", "not private")


class TestTaps:
    def test_a_tap_has_a_token_and_the_message_it_was_on(self) -> None:
        hearing = hear(tap(), AT, "seed")
        assert isinstance(hearing, Said)
        assert hearing.incoming.heard == Tapped(AT, "1.x.0.b", "seed")
        assert (hearing.hint.taps, hearing.hint.message, hearing.incoming.key) == (("99",), 3, "tg:8")

    def test_a_message_too_old_to_be_seen_cant_be_edited(self) -> None:
        hearing = hear(tap(message={"chat": PRIVATE, "message_id": 3, "date": 0}), AT, "seed")
        assert isinstance(hearing, Said)
        assert hearing.hint.message is None

    def test_a_forged_sender_is_not_believed(self) -> None:
        with pytest.raises(Unparsable):
            hear(tap(**{"from": SENDER | {"id": 43}}), AT, "seed")

    def test_buttons_that_arent_ours_are_passed_over(self) -> None:
        without = tap()
        del without["callback_query"]["data"]
        assert hear(without, AT, "seed") == Ignored("tg:8", "not our button")


class TestMembership:
    @pytest.mark.parametrize(
        ("status", "meaning"),
        [
            ("kicked", Blocked("tg:9", "42")),
            ("member", Unblocked("tg:9", "42")),
            ("left", Ignored("tg:9", "membership")),
        ],
    )
    def test_blocking_and_its_end_are_heard(self, status: str, meaning: object) -> None:
        update = {"update_id": 9, "my_chat_member": {"chat": PRIVATE, "new_chat_member": {"status": status}}}
        assert hear(update, AT, "seed") == meaning


class TestWhatCantBeParsed:
    @pytest.mark.parametrize(
        "body",
        [
            None,
            [],
            "SECRET",
            {"chat": None},
            {"chat": PRIVATE},
            {"chat": PRIVATE | {"id": "42"}, "from": SENDER, "message_id": 1, "date": 1},
            {"chat": PRIVATE, "from": SENDER, "message_id": 1, "text": "SECRET"},
            {"chat": PRIVATE, "from": SENDER, "message_id": True, "date": 1, "text": "SECRET"},
            {"chat": PRIVATE, "from": SENDER, "message_id": 1, "date": 1, "text": ["SECRET"]},
        ],
    )
    def test_is_known_by_its_shape_alone(self, body: object) -> None:
        with pytest.raises(Unparsable) as caught:
            hear({"update_id": 7, "message": body}, AT, "seed")
        assert "SECRET" not in repr(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.kind == "message"

    def test_a_field_that_isnt_telegrams_isnt_named(self) -> None:
        with pytest.raises(Unparsable) as caught:
            hear({"update_id": 7, "message": {"chat": 1, "SECRET NAME": 2}}, AT, "seed")
        assert caught.value.fields == ("chat",)

    def test_an_unknown_kind_is_passed_over(self) -> None:
        assert hear({"update_id": 7, "wormhole": {}}, AT, "seed") == Ignored("tg:7", "kind")


class TestWhoItIsFrom:
    @pytest.mark.parametrize("update", [message(text="hello"), message(sticker={}), tap()])
    def test_is_read_before_anything_else_and_is_who_is_heard(self, update: dict[str, Any]) -> None:
        hearing = hear(update, AT, "seed")
        assert isinstance(hearing, Said)
        assert sender_of(update) == hearing.incoming.address
        edited = {"update_id": 7, "edited_message": message(text="hello")["message"]}
        assert sender_of(edited) == "42"

    @pytest.mark.parametrize(
        "update",
        [None, [], "x", 7, {}, {"message": None}, {"message": {"chat": []}}, {"callback_query": {"from": 3}}],
    )
    def test_is_nobody_where_it_cant_be_read(self, update: object) -> None:
        assert not sender_of(update)

    def test_is_nobody_where_somebody_blocks_us(self) -> None:
        """That is heard of a person however much they say."""
        body = {"chat": PRIVATE, "from": SENDER, "new_chat_member": {"status": "kicked"}}
        assert not sender_of({"update_id": 9, "my_chat_member": body})
