"""What is said or done without anybody having been heard: replies owed, receipts, nudges, erasures.

Law: the same as for turns: saved first, spoken after; and whoever moved on meanwhile is left alone.
"""

from datetime import datetime

from bot.conversation.events import AskedAgain, ErasureConfirmed, Event, Nudged
from bot.conversation.machine import advance
from bot.conversation.moves import PRESENT, present
from bot.conversation.offers import RETEST, followed_by, is_due
from bot.conversation.replies import Message, Page, Reply, Turn
from bot.conversation.session import Session
from bot.conversation.understanding import understand
from bot.conversation.wording import word
from bot.storage.store import Active, Outcome, Owed, Receipt
from bot.turns import ATTEMPTS, Desk, Spoken, content_of, is_paused, whereabouts, word_reply, word_turn


async def word_owed(desk: Desk, owed: Owed) -> Spoken:
    """Return the messages of replies that were saved before a crash, in today's words."""
    content = await content_of(desk, owed.session)
    replies = [_as_it_stands(owed.session, reply) for reply in owed.replies]
    messages = tuple([await word_reply(desk, owed.person, content, owed.session, reply) for reply in replies])
    return Spoken(owed.person, owed.key, messages, whereabouts(desk.keys, owed.person, owed.address))


async def where_it_stands(desk: Desk, person: str) -> Message | None:
    """Return the page where a person's interview stands now, or None where they have none."""
    session = (await desk.store.load(person)).session
    if session is None:
        return None
    content = await content_of(desk, session)
    return await word_reply(desk, person, content, session, present(session))


def _as_it_stands(session: Session | None, reply: Reply) -> Reply:
    """Return the page where the interview stands now, if the owed one is such a page: it has moved on."""
    if session is None or reply.page not in PRESENT.values():
        return reply
    return present(session, reply.notice, new=reply.new)


async def word_receipts(desk: Desk) -> tuple[tuple[Receipt, str, Message], ...]:
    """Verify erasures; return each receipt due with where it goes and its message."""
    return tuple([_receiptword_reply(desk, receipt) for receipt in await desk.store.verify_erasures()])


def _receiptword_reply(desk: Desk, receipt: Receipt) -> tuple[Receipt, str, Message]:
    library = desk.library
    edition = library.questionnaires[library.default_questionnaire].edition
    content = library.content(edition, receipt.organisation)
    message = word(content, None, Reply(Page.ERASED, receipt.language, new=True))
    return receipt, desk.keys.unseal(receipt.sealed, f"receipt:{receipt.erasure}"), message


def heard_since(session: Session, back: datetime) -> bool:
    """Tell whether something of a person was taken since we are back."""
    return session.seen_at is not None and session.seen_at >= back


async def nudge(desk: Desk, active: Active, now: datetime) -> Spoken | None:
    """Owe the present question once more after we were deaf; None where the person moved on meanwhile."""
    saved = await desk.store.load(active.person)
    if saved.session is None or heard_since(saved.session, now):
        return None
    content = await content_of(desk, saved.session)
    event: Event = understand(content, saved.session, Nudged(now))
    turn = advance(content, saved.session, event)
    # The same when it is tried again after a crash; keyed, for it outlives an erasure by some days.
    key = f"nudge:{desk.keys.log_id(f'{int(now.timestamp())}:{saved.session.id}:{saved.turn}')}"
    if await desk.store.save(saved, turn, key) is not Outcome.STORED:
        return None
    messages = await word_turn(desk, active.person, content, turn)
    return Spoken(active.person, key, messages, whereabouts(desk.keys, active.person, saved.address))


async def propose_retest(desk: Desk, wishing: Active, now: datetime) -> Spoken | None:
    """Propose the retest to somebody who said yes to it; None where it isn't the time, or they are busy."""
    saved = await desk.store.load(wishing.person, wishing.session.id)
    session = saved.session
    if session is None or session.id != wishing.session.id or session.asked_again_at:
        return None
    content = await content_of(desk, session)
    known = {one.id for one in await desk.store.sessions_of(wishing.person)}
    due = is_due(content.questionnaire, session, now) and followed_by(session, RETEST) not in known
    if not due or await is_paused(desk, session.organisation):
        return None
    turn = advance(content, session, AskedAgain(now))
    key = f"retest:{desk.keys.log_id(session.id)}"
    if await desk.store.save(saved, turn, key) is not Outcome.STORED:
        return None
    messages = await word_turn(desk, wishing.person, content, turn)
    return Spoken(wishing.person, key, messages, whereabouts(desk.keys, wishing.person, saved.address))


async def erase(desk: Desk, person: str) -> bool:
    """Erase a person on an operator's word; False where somebody took their turn at the same moment."""
    for _ in range(ATTEMPTS):
        saved = await desk.store.load(person)
        event, language = ErasureConfirmed(desk.clock()), saved.session.language if saved.session else ""
        turn = Turn(None, event, (Reply(Page.ERASING, language),), counts=("erased",), erase=True)
        outcome = await desk.store.save(saved, turn, f"operator:{desk.keys.random_id()}")
        if outcome is Outcome.STORED:
            return True
    return False
