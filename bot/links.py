"""The addresses in a message that only the store knows: of a tip's tracked link, and of what is passed on.

Law: such an address holds a random code and nothing else. A tracked link is one for everybody of an
organisation, campaign, segment, topic and arm; the link passed on is one for everybody of an invite.
"""

from dataclasses import replace

from bot.conversation.content import Content
from bot.conversation.pages_result import link
from bot.conversation.replies import Button, Message, Page, Reply
from bot.conversation.scene import Scene
from bot.conversation.session import Session
from bot.conversation.tips import voice
from bot.conversation.voices import arm
from bot.conversation.wording import word
from bot.storage.invites import Destination, InviteStore


async def worded(
    store: InviteStore, home: str | None, content: Content, session: Session | None, reply: Reply
) -> Message:
    """Return the words of a reply with these addresses in it; `home` is where tracked links are served."""
    if session is None:
        return word(content, session, reply)
    if reply.page is Page.SHARE and content.share_link is not None:
        code = await share_code(store, session)
        content = replace(content, share_link=f"{content.share_link}?start={code}") if code else content
    message = word(content, session, reply)
    return message if home is None else await tracked(store, home, content, session, reply, message)


async def share_code(store: InviteStore, session: Session) -> str | None:
    """Return the code that people of a session's invite pass on; None where nobody was invited."""
    invite = await store.invite(session.invite) if session.invite else None
    return invite.share if invite else None


async def tracked(
    store: InviteStore, home: str, content: Content, session: Session, reply: Reply, message: Message
) -> Message:
    """Return a tip whose provider link leads through the count of taps; any other message as it is."""
    if reply.page is not Page.TIP:
        return message
    topic = content.questionnaire.topics[reply.number]
    plain = {one.url for one in link(Scene(content, session, reply), topic) if one.url}
    if not plain:
        return message
    there = f"{home}/go/{await store.link(_destination(session, reply, topic))}"
    rows = (
        tuple(Button(one.label, url=there) if one.url in plain else one for one in row)
        for row in message.rows
    )
    return replace(message, rows=tuple(rows))


def _destination(session: Session, reply: Reply, topic: str) -> Destination:
    return Destination(
        session.organisation,
        session.questionnaire,
        topic,
        reply.language,
        _segment(session, reply),
        session.invite or "",
        arm(session),
    )


def _segment(session: Session, reply: Reply) -> str:
    """Return whose words the tip has; in the experiment, where words differ by chance, what was shown."""
    if not arm(session):
        return voice(session, reply.number)
    return session.shown.segment if session.shown else ""
