"""What events after the result do to a session: tips, who disagrees, the link to pass on, and offers.

Pure functions from a session and an event to a turn, as in `moves`.
"""

from dataclasses import replace

from bot.conversation.content import Content
from bot.conversation.events import AskedAgain, Corrected, OfferAnswered, Shared, TipAsked, TipRated
from bot.conversation.offers import LONGER
from bot.conversation.replies import Page, Reply, Turn
from bot.conversation.session import Session


def tip(_content: Content, session: Session, event: TipAsked) -> Turn:
    """Show a tip."""
    seen = replace(session, seen_at=event.at)
    tip = Reply(Page.TIP, session.language, number=event.number, new=event.number == 0)
    return Turn(seen, event, (tip,))


def rate(_content: Content, session: Session, event: TipRated) -> Turn:
    """Note whether a tip helps."""
    rated = replace(session, ratings={**session.ratings, str(event.number): event.helpful}, seen_at=event.at)
    return Turn(rated, event, (Reply(Page.TIP, session.language, "rated", number=event.number),))


def correct(_content: Content, session: Session, event: Corrected) -> Turn:
    """Note the segment that the person says fits better."""
    corrected = replace(session, correction=event.segment, seen_at=event.at)
    return Turn(corrected, event, (Reply(Page.CORRECTED, session.language),))


def share(_content: Content, session: Session, event: Shared) -> Turn:
    """Hand over the link that others may begin with; how often that was done is counted once a person."""
    counts = of_invite("shared", session, not session.shared)
    shared = replace(session, shared=True, seen_at=event.at)
    return Turn(shared, event, (Reply(Page.SHARE, session.language, new=True),), counts=counts)


def note_offer(_content: Content, session: Session, event: OfferAnswered) -> Turn:
    """Note what the person said to an offer; a no isn't asked about again."""
    noted = replace(session, offers={**session.offers, event.offer: event.accepted}, seen_at=event.at)
    count = f"{event.offer}_{'accepted' if event.accepted else 'declined'}"
    if event.accepted and event.offer == LONGER:
        return Turn(noted, event, (Reply(Page.LONGER, session.language),), counts=(count,))
    goodbye = Reply(Page.GOODBYE, session.language, "offer_yes" if event.accepted else "offer_no")
    return Turn(noted, event, (goodbye,), counts=(count,))


def ask_again(_content: Content, session: Session, event: AskedAgain) -> Turn:
    """Propose the retest: one message, once."""
    asked = replace(session, asked_again_at=event.at, seen_at=event.at)
    return Turn(asked, event, (Reply(Page.RETEST, session.language, new=True),), counts=("asked_again",))


def of_invite(name: str, session: Session, counts: bool) -> tuple[str, ...]:  # noqa: FBT001 - whether it counts at all
    """Return the name of a count of the session's invite: of how many, never of whom."""
    return (f"{name}:{session.invite}",) if counts and session.invite else ()
