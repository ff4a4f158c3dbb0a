"""Replies arrive in order, at the pace a channel bears, until they arrive or can't."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

import pytest

from bot import delivery
from bot.conversation.replies import Attachment, Button, Message, Page
from bot.conversation.session import Session
from bot.conversation.taps import Act, token
from bot.delivery import Delivery, Gone, Hint, Parcel, Refused, TryLater, Unclear
from bot.errors import ChannelError
from bot.pace import Bucket, Pace
from bot.privacy import Keys
from bot.storage.memory import MemoryStore
from bot.storage.store import Saved

KEYS = Keys(bytes(32))


@dataclass
class Wall:
    """A channel that anybody can read: what was said to whom, and what is to go wrong next."""

    said: list[tuple[str, str]] = field(default_factory=list)
    answered: list[tuple[str, str | None]] = field(default_factory=list)
    trouble: dict[str, list[ChannelError]] = field(default_factory=lambda: defaultdict(list))
    attempts: int = 0

    async def acknowledge(self, hint: Hint, toast: str | None) -> None:
        self.answered += [(tap, toast) for tap in hint.taps]

    async def speak(self, whereabouts: str, message: Message, hint: Hint | None) -> str:
        del hint
        await asyncio.sleep(0)
        self.attempts += 1
        if self.trouble[whereabouts]:
            raise self.trouble[whereabouts].pop(0)
        self.said.append(
            (
                whereabouts,
                message.text or f"<{message.attachment.name}>" if message.attachment else message.text,
            )
        )
        return whereabouts


class Ledger(MemoryStore):
    """A store that notes what it is told of parcels."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, str]] = []
        self.left: list[str] = []
        self.receipts: list[str] = []

    def sent(self, person: str, key: str, address: bytes | None = None) -> None:
        del address
        self.told.append((person, key))

    async def reachable(self, person: str, *, yes: bool) -> None:
        assert not yes
        self.left.append(person)

    async def receipt_sent(self, erasure: str) -> None:
        self.receipts.append(erasure)


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def post(wall: Wall, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Delivery:
    monkeypatch.setattr(delivery, "PATIENCE", (0.01,))
    monkeypatch.setattr(delivery, "DOUBT", (0.01, 0.02))
    return Delivery(wall, ledger, KEYS)


def parcel(person: str, *texts: str, key: str = "k", new: bool = True, **more: object) -> Parcel:
    messages = tuple(Message(Page.HELP, text, new=new) for text in texts)
    return Parcel(person, key, messages, whereabouts=f"at {person}", **more)  # type: ignore[arg-type]  # whatever a test changes


class TestOrder:
    async def test_a_persons_messages_arrive_as_they_were_handed_over(
        self, post: Delivery, wall: Wall, ledger: Ledger
    ) -> None:
        post.submit(parcel("ana", "1", "2", key="a"))
        post.submit(parcel("ana", "3", key="b"))
        assert ledger.told == []
        await post.close(within=1)
        assert wall.said == [("at ana", "1"), ("at ana", "2"), ("at ana", "3")]
        assert ledger.told == [("ana", "a"), ("ana", "b")]

    async def test_a_file_follows_its_page(self, post: Delivery, wall: Wall) -> None:
        page = Message(Page.MYDATA, "page", attachment=Attachment("data.json", b"{}"))
        post.submit(Parcel("ana", "k", (page,), "at ana"))
        await post.close(within=1)
        assert [text for _, text in wall.said] == ["page", "<data.json>"]

    async def test_a_page_that_is_replaced_anyway_isnt_brought(
        self, post: Delivery, wall: Wall, ledger: Ledger
    ) -> None:
        """Taps faster than the channel: only the last page matters, and nothing is owed any more."""
        wall.trouble["at ana"] = [TryLater("busy", 0.05)]
        post.submit(parcel("ana", "1", key="a", new=False))
        await asyncio.sleep(0.01)
        for number in (2, 3, 4):
            post.submit(parcel("ana", str(number), key=f"k{number}", new=False))
        await post.close(within=1)
        assert [text for _, text in wall.said] == ["4"]
        assert [key for _, key in ledger.told] == ["a", "k2", "k3", "k4"]

    async def test_where_the_interview_stands_is_said_once_however_often_it_was_asked(
        self, post: Delivery, wall: Wall, ledger: Ledger
    ) -> None:
        """Who presses old buttons as fast as possible gets one page, not a page for each; help stays help."""
        wall.trouble["at ana"] = [TryLater("busy", 0.05)]
        page = partial(Message, Page.QUESTION, new=True)
        for number in range(30):
            post.submit(Parcel("ana", f"k{number}", (page(str(number)),), "at ana", hint=Hint(below=True)))
        post.submit(parcel("ana", "help", key="help"))
        post.submit(Parcel("ana", "last", (page("last"),), "at ana"))
        assert post.backlog("ana") == 32
        await post.close(within=2)
        assert [text for _, text in wall.said] == ["29", "help", "last"]
        assert len(ledger.told) == 32

    async def test_a_tap_is_answered_at_once(self, post: Delivery, wall: Wall) -> None:
        """Even while the chat has to rest, and where there is nothing to say."""
        wall.trouble["at ana"] = [TryLater("busy", 60)]
        post.submit(parcel("ana", "1", hint=Hint(("tap 1",))))
        post.submit(parcel("ana", hint=Hint(("tap 2",))))
        await asyncio.sleep(0.01)
        assert wall.answered == [("tap 1", None), ("tap 2", None)]


class TestTrouble:
    async def test_it_is_tried_until_it_arrives(self, post: Delivery, wall: Wall, ledger: Ledger) -> None:
        wall.trouble["at ana"] = [TryLater("down"), Unclear("lost"), TryLater("down"), Unclear("lost")]
        post.submit(parcel("ana", "1"))
        await post.close(within=1)
        assert wall.said == [("at ana", "1")]
        assert wall.attempts == 5
        assert ledger.told == [("ana", "k")]

    async def test_whoever_must_wait_keeps_nobody_else_waiting(self, post: Delivery, wall: Wall) -> None:
        wall.trouble["at ana"] = [TryLater("flood", 0.1)]
        post.submit(parcel("ana", "1"))
        post.submit(parcel("ben", "1"))
        await asyncio.sleep(0.02)
        assert wall.said == [("at ben", "1")]
        await post.close(within=1)
        assert wall.said == [("at ben", "1"), ("at ana", "1")]

    async def test_who_is_gone_is_owed_nothing(self, post: Delivery, wall: Wall, ledger: Ledger) -> None:
        wall.trouble["at ana"] = [Gone("blocked")]
        post.submit(parcel("ana", "1", key="a"))
        post.submit(parcel("ana", "2", key="b"))
        await post.close(within=1)
        assert wall.said == []
        assert ledger.left == ["ana"]
        assert ledger.told == [("ana", "a"), ("ana", "b")]

    async def test_what_is_refused_doesnt_hold_up_the_rest(self, post: Delivery, wall: Wall) -> None:
        wall.trouble["at ana"] = [Refused("never")]
        post.submit(parcel("ana", "1", "2"))
        await post.close(within=1)
        assert [text for _, text in wall.said] == ["2"]

    async def test_what_isnt_there_at_the_end_stays_owed(
        self, post: Delivery, wall: Wall, ledger: Ledger
    ) -> None:
        wall.trouble["at ana"] = [TryLater("flood", 60)]
        post.submit(parcel("ana", "1"))
        await post.close(within=0.05)
        assert wall.said == []
        assert ledger.told == []

    async def test_a_receipt_is_forgotten_once_it_is_there(self, post: Delivery, ledger: Ledger) -> None:
        post.submit(parcel("ana", "erased", receipt="e1"))
        await post.close(within=1)
        assert ledger.receipts == ["e1"]


class TestPace:
    def test_a_bucket_lets_a_burst_through_and_then_keeps_its_rate(self) -> None:
        bucket = Bucket(Pace(rate=2.0, burst=3))
        waits = []
        for _ in range(5):
            waits.append(bucket.wait(100.0))
            bucket.spend(100.0)
        assert waits == [0.0, 0.0, 0.0, 0.5, 1.0]
        assert bucket.wait(110.0) == 0.0

    @pytest.mark.slow
    async def test_new_messages_in_one_chat_keep_to_one_a_second(self, post: Delivery, wall: Wall) -> None:
        for number in range(7):
            post.submit(parcel("ana", str(number)))
        post.submit(parcel("ben", "0"))
        await asyncio.sleep(0.3)
        assert len(wall.said) == delivery.MESSAGES.burst + 1
        await asyncio.sleep(2.0)
        assert len(wall.said) == 8

    async def test_bulk_keeps_to_thirty_a_second(self, post: Delivery) -> None:
        began = asyncio.get_running_loop().time()
        for _ in range(10):
            await post.bulk_slot()
        assert asyncio.get_running_loop().time() - began >= 9 / 30 - 0.01

    async def test_idle_people_are_forgotten(self, post: Delivery, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(delivery, "IDLE", 0.0)
        post.submit(parcel("ana", "1"))
        assert post.knows("ana")
        await asyncio.sleep(0.05)
        post.forget_idle()
        assert not post.knows("ana")


class TestAnotherWorker:
    @pytest.mark.parametrize(("offered", "said"), [(3, ["2 of 25"]), (2, [])])
    async def test_that_went_on_is_not_hidden_by_an_attempt_made_again(
        self,
        post: Delivery,
        wall: Wall,
        ledger: Ledger,
        monkeypatch: pytest.MonkeyPatch,
        offered: int,
        said: list[str],
    ) -> None:
        """Found by a crowd: somebody whose answer was stored saw its question again, and nothing more."""
        began = datetime(2026, 11, 24, tzinfo=UTC)
        session = Session("a" * 11, "quiz", "e", "o", "telegram", "en", "seed", began, revision=3)

        async def load(person: str, _: str | None = None) -> Saved:
            return Saved(person, session)

        monkeypatch.setattr(ledger, "load", load)
        wall.trouble["at ana"] = [Unclear("it may have arrived")]
        button = Button("Yes", token("a" * 11, offered, Act.CHOOSE, 0))
        post.submit(Parcel("ana", "k", (Message(Page.QUESTION, "2 of 25", ((button,),)),), "at ana"))
        await post.close(within=1)
        assert [text for _, text in wall.said] == said
        assert ledger.told == [("ana", "k")]

    async def test_that_went_on_while_we_spoke_is_shown_again(
        self, wall: Wall, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Found by 200,000 updates: a reply owed since a kill hid the next question, shown before."""
        began = datetime(2026, 11, 24, tzinfo=UTC)
        stands = {"revision": 2}

        async def load(person: str, _: str | None = None) -> Saved:
            names = ("a" * 11, "quiz", "e", "o", "telegram", "en", "seed")
            return Saved(person, Session(*names, began, revision=stands["revision"]))

        def question(revision: int) -> Message:
            button = Button("Yes", token("a" * 11, revision, Act.CHOOSE, 0))
            return Message(Page.QUESTION, f"{revision} of 25", ((button,),))

        async def standing(_person: str) -> Message:
            return question(stands["revision"])

        async def speak(whereabouts: str, message: Message, hint: Hint | None) -> str:
            stands["revision"] = max(stands["revision"], 3)  # another worker stores an answer meanwhile
            return await Wall.speak(wall, whereabouts, message, hint)

        monkeypatch.setattr(ledger, "load", load)
        monkeypatch.setattr(wall, "speak", speak)
        post = Delivery(wall, ledger, KEYS, standing)
        post.submit(Parcel("ana", "k", (question(2),), "at ana", again=True))
        await post.close(within=1)
        assert [text for _, text in wall.said] == ["2 of 25", "3 of 25"]
        assert ledger.told == [("ana", "k")]
