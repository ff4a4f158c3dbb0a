"""The hallway, the only place where store, core and words meet: load, understand, advance, save, word.

Law: saved first, spoken after. Nothing else awaits in the middle, and what `take_turn` returns is on disk.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter

from bot.conversation.content import Content
from bot.conversation.events import (
    AskedAgain,
    Began,
    Event,
    Heard,
    PageAsked,
    Resumed,
    Returned,
    Started,
)
from bot.conversation.library import Library
from bot.conversation.machine import advance, rest
from bot.conversation.meanings import fresh
from bot.conversation.moves import present
from bot.conversation.mydata import readable
from bot.conversation.offers import RETEST, followed_by, is_due
from bot.conversation.replies import Message, Page, Reply, Turn
from bot.conversation.session import ENDED, Session, Step, session_id
from bot.conversation.understanding import begun, named_session, understand
from bot.conversation.wording import word
from bot.errors import AuthorError, StoreUnavailable
from bot.links import worded
from bot.metrics import METRICS
from bot.own_words import opened, with_sealed
from bot.privacy import Keys
from bot.questionnaire.model import Edition
from bot.storage.invites import CODE, Invite, paused
from bot.storage.store import Outcome, Receipt, Saved, Store

Clock = Callable[[], datetime]

ATTEMPTS = 8  # a conflict means somebody else took this person's turn; so many in a row means a fault
DEAF_AFTER = timedelta(seconds=120)  # Telegram drops taps after 150 s
ACTIVE_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a turn is taken with; made once at the roof."""

    store: Store
    library: Library
    keys: Keys
    clock: Clock
    links_at: str | None = None  # where the tracked links of tips are served, if they are


def _never(_where: str, _known: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Incoming:
    """Something heard: who (as the channel's address), what.

    And a key that is the same when it is delivered again.
    """

    channel: str
    address: str  # what the pseudonym is made from; never stored plain
    whereabouts: str  # where the answer goes; stored sealed
    key: str
    heard: Heard
    newer: Callable[[str, str], bool] = _never  # whether whereabouts are further below than others


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said now: it is saved, and owed until `store.sent` was told."""

    person: str
    key: str
    messages: tuple[Message, ...]
    whereabouts: str | None = None  # as last stored, so with the living message
    heard_before: bool = False
    receipt: str | None = (
        None  # the erasure whose receipt this is: tell `store.receipt_sent` once it was spoken
    )
    session: Session | None = None  # as the turn left it
    replies: tuple[Reply, ...] = ()  # what the messages say, for a channel that shows them again


async def take_turn(desk: Desk, incoming: Incoming) -> Spoken:
    """Take one turn of one person: the messages it returns may be spoken, for everything else is on disk."""
    began = perf_counter()
    person = desk.keys.person(incoming.channel, incoming.address)
    for _ in range(ATTEMPTS):
        saved = await desk.store.load(person, named_session(incoming.heard))
        saved, content, turn = await advanced(desk, saved, incoming.heard)
        receipt = _receipt(desk.keys, saved, turn, incoming)
        outcome = await _save(desk, saved, turn, incoming, receipt)
        if outcome is Outcome.HEARD_BEFORE:
            return Spoken(person, incoming.key, (), heard_before=True)
        if outcome is Outcome.STORED:
            METRICS.turns[incoming.channel] += 1
            METRICS.turn_seconds.observe(perf_counter() - began)
            turn, sent = await _verified(desk, turn, receipt)
            spoken = await said(desk, saved, content, turn, incoming.key, sent)
            if turn.erase:
                desk.keys.let_go()
            return spoken
    raise StoreUnavailable("The turn met a conflict too often.", remedy="Try again.")


async def said(
    desk: Desk, saved: Saved, content: Content, turn: Turn, key: str, receipt: str | None = None
) -> Spoken:
    """Return the words of a turn that is on disk."""
    messages = await word_turn(desk, saved.person, content, turn)
    where = whereabouts(desk.keys, saved.person, saved.address)
    return Spoken(
        saved.person, key, messages, where, receipt=receipt, session=turn.session, replies=turn.replies
    )


async def advanced(desk: Desk, saved: Saved, heard: Heard) -> tuple[Saved, Content, Turn]:
    """Return what was heard as a turn, and where it begins: that may be another session of the person."""
    content = await content_of(desk, saved.session)
    event = understand(content, saved.session, with_sealed(desk.keys, content, saved.session, heard))
    if isinstance(event, PageAsked) and event.page == Page.AGAIN:
        saved, content, event = await _due_again(desk, saved, content, event)
    if isinstance(heard, Started):
        event = await _invited(desk, saved.session, heard, event)
    if not isinstance(event, Began):
        return saved, content, advance(content, saved.session, event)
    known = {one.id: one for one in await desk.store.sessions_of(saved.person)} if saved.session else {}
    second = known.get(session_id(event.seed)) if event.follows else None
    if second is not None:
        return await _once_more(desk, saved, content, event, second)
    first = known.get(saved.session.follows or "") if saved.session else None
    if first is not None and not event.follows and not event.invite:  # again: from the first part on
        event = replace(event, questionnaire=first.questionnaire, language=first.language)
    content = await _content_begun(desk, event)
    if not event.follows and await is_paused(desk, content.organisation.id):
        return saved, content, rest(content, saved.session, event)
    return saved, content, advance(content, saved.session, begun(content, event))


async def _due_again(
    desk: Desk, saved: Saved, content: Content, event: Event
) -> tuple[Saved, Content, Event]:
    """Turn to the interview whose retest is due, where somebody who is done with all comes back then."""
    known = {one.id: one for one in await desk.store.sessions_of(saved.person)}
    for one in known.values():
        theirs = await content_of(desk, one)
        if is_due(theirs.questionnaire, one, event.at) and followed_by(one, RETEST) not in known:
            proposed = PageAsked(event.at, Page.RETEST) if one.asked_again_at else AskedAgain(event.at)
            return await desk.store.load(saved.person, one.id), theirs, proposed
    return saved, content, event


async def _invited(desk: Desk, session: Session | None, heard: Started, event: Event) -> Event:
    """Begin with an invite where its code admits anybody; any other code begins as no code does.

    Who is in the middle of an interview stays there. Who hasn't agreed to anything yet, or was done with
    other questions, begins with what this invite is about.
    """
    invite = await admitted(desk, heard.payload, heard.at)
    if invite is None or not (isinstance(event, Began) or _is_elsewhere(session, invite)):
        return event
    content = await content_of(desk, None)
    begun = fresh(content, heard.at, heard.seed, heard.channel, invite.language or heard.language or "")
    return replace(
        begun,
        invite=invite.code,
        brought=heard.payload != invite.code,
        organisation=invite.organisation,
        questionnaire=invite.questionnaire,
    )


async def admitted(desk: Desk, code: str, at: datetime) -> Invite | None:
    """Return the invite that a code stands for, if an interview may begin with it now."""
    if not CODE.fullmatch(code):
        return None
    library = desk.library
    invite = await desk.store.invite(code)
    organisation = invite.organisation if invite else library.default_organisation
    stopped = await is_paused(desk, organisation)  # asked always: an answer takes as long for any code
    if invite is None or stopped or not invite.admits(at):
        return None
    known = invite.organisation in library.organisations and invite.questionnaire in library.questionnaires
    return invite if known else None


async def is_paused(desk: Desk, organisation: str) -> bool:
    """Tell whether an organisation lets no interview begin now."""
    return bool(await desk.store.recall(paused(organisation)))


def _is_elsewhere(session: Session | None, invite: Invite) -> bool:
    if session is None or session.consent is None:
        return session is None or session.invite != invite.code
    there = (session.organisation, session.questionnaire) == (invite.organisation, invite.questionnaire)
    return session.step in ENDED and not there and not session.follows


async def _once_more(
    desk: Desk, saved: Saved, content: Content, event: Began, second: Session
) -> tuple[Saved, Content, Turn]:
    """Answer who asks for the second part again: it begins once, so it is done, or goes on where it was."""
    there = await desk.store.load(saved.person, second.id)
    if there.session is None or there.session.id != second.id:  # the first part isn't at its end: stay there
        notice = "second_done" if second.step is Step.RESULT else "closed"
        return saved, content, advance(content, saved.session, Returned(event.at, notice))
    content = await content_of(desk, there.session)
    left = there.session.step is Step.STOPPED
    back: Event = Resumed(event.at) if left else Returned(event.at, "second_done")
    return there, content, advance(content, there.session, back)


async def content_of(desk: Desk, session: Session | None) -> Content:
    """Return what a session is held with: its own edition, or today's default where there is no session."""
    library = desk.library
    if session is None:
        edition = library.questionnaires[library.default_questionnaire].edition
        return library.content(edition, library.default_organisation)
    return library.content(await _edition(desk, session.questionnaire, session.edition), session.organisation)


async def _content_begun(desk: Desk, event: Began) -> Content:
    """Return today's content: an interview begins on the newest edition, unless it goes on with another's."""
    if event.edition:
        edition = await _edition(desk, event.questionnaire, event.edition)
        return desk.library.content(edition, event.organisation)
    loaded = desk.library.questionnaires.get(event.questionnaire)
    if loaded is None:
        loaded = desk.library.questionnaires[desk.library.default_questionnaire]
    return desk.library.content(loaded.edition, event.organisation)


async def _edition(desk: Desk, questionnaire: str, digest: str) -> Edition:
    loaded = desk.library.questionnaires.get(questionnaire)
    if loaded and loaded.edition.digest == digest:
        return loaded.edition
    stored = await desk.store.edition(digest)
    if stored is None:
        raise AuthorError(f"The edition {digest[:12]} of {questionnaire} is not in the store.")
    return stored


async def _save(desk: Desk, saved: Saved, turn: Turn, incoming: Incoming, receipt: Receipt | None) -> Outcome:
    address = new_address(desk, saved, turn, incoming)
    return await desk.store.save(saved, turn, incoming.key, address=address, receipt=receipt)


def new_address(desk: Desk, saved: Saved, turn: Turn, incoming: Incoming) -> bytes | None:
    """Return where the answer goes, sealed, if it has to be stored.

    Who taps looks at the message of that button, and we may never have learned that it arrived.
    """
    known, where = whereabouts(desk.keys, saved.person, saved.address), incoming.whereabouts
    if turn.session is None or known == where or (known is not None and not incoming.newer(where, known)):
        return None
    return desk.keys.seal(where, f"address:{saved.person}")


async def _verified(desk: Desk, turn: Turn, receipt: Receipt | None) -> tuple[Turn, str | None]:
    """Say 'erased' at once where it is already true of the files; 'pending' otherwise."""
    if receipt is None:
        return turn, None
    verified = {one.erasure for one in await desk.store.verify_erasures()}
    if receipt.erasure not in verified:
        return turn, None
    return replace(turn, replies=(replace(turn.replies[0], page=Page.ERASED),)), receipt.erasure


def _receipt(keys: Keys, saved: Saved, turn: Turn, incoming: Incoming) -> Receipt | None:
    """Return the receipt that a confirmed erasure owes; a refusal erases without one."""
    if not turn.erase or turn.replies[0].page is not Page.ERASING:
        return None
    erasure = keys.random_id()
    session = saved.session
    return Receipt(
        erasure=erasure,
        sealed=keys.seal(incoming.whereabouts, f"receipt:{erasure}"),
        channel=incoming.channel,
        language=turn.replies[0].language,
        organisation=session.organisation if session else "",
        asked_at=turn.event.at,
    )


async def word_turn(desk: Desk, person: str, content: Content, turn: Turn) -> tuple[Message, ...]:
    """Return the words of a turn's replies."""
    return tuple([await word_reply(desk, person, content, turn.session, reply) for reply in turn.replies])


async def word_reply(
    desk: Desk, person: str, content: Content, session: Session | None, reply: Reply
) -> Message:
    """Return the words of one reply to a person."""
    if reply.page is Page.MYDATA:
        return readable(content, await kept_of(desk, person), reply)
    shown = opened(desk.keys, content, session) if session else None
    if reply.page is Page.HELP and session is not None:
        content = replace(content, code=desk.keys.quoted(person))
    return await worded(desk.store, desk.links_at, content, shown, reply)


async def kept_of(desk: Desk, person: str) -> list[tuple[Content, Session]]:
    """Return all interviews of a person, to be shown to that person."""
    kept = [(await content_of(desk, one), one) for one in await desk.store.sessions_of(person)]
    return [(content, opened(desk.keys, content, session)) for content, session in kept]


def whereabouts(keys: Keys, person: str, sealed: bytes | None) -> str | None:
    """Return where a person is answered, unsealed."""
    return keys.address(person, sealed) if sealed else None


async def slow_down(desk: Desk, incoming: Incoming) -> Spoken:
    """Return where a person stands, with a word on their pace; it is no turn, and nothing of it is stored."""
    person = desk.keys.person(incoming.channel, incoming.address)
    saved = await desk.store.load(person)
    session, content = saved.session, await content_of(desk, saved.session)
    nobody = Reply(Page.NOBODY, content.languages[0], "slow_down")
    message = word(content, session, present(session, "slow_down") if session else nobody)
    return Spoken(person, incoming.key, (message,), whereabouts(desk.keys, person, saved.address))
