"""Which page of an interview an address shows: the present one, or one that the interview may show now.

Law: an address is untrusted, and showing a page changes nothing. What the interview doesn't offer at its
step is never shown.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from bot.conversation.content import Content
from bot.conversation.moves import PRESENT, present
from bot.conversation.replies import Page, Reply
from bot.conversation.session import ENDED, Session, Step

ANYWHERE: Final = frozenset(
    {Page.HELP, Page.PRIVACY, Page.MYDATA, Page.ERASE, Page.ERASE_SURE, Page.KEPT, Page.LANGUAGE, Page.PERSON}
    | {Page.SHARE, Page.URGENT}
)
AFTER: Final = frozenset(
    {Page.RESULT, Page.HOW, Page.NOT_ME, Page.CORRECTED, Page.TIP, Page.NO_MORE_TIPS, Page.GOODBYE}
    | {Page.CLINICIAN, Page.LONGER, Page.RETEST}
)
FAREWELLS: Final = frozenset(
    {Page.ERASING, Page.ERASED, Page.UNDER_AGE, Page.DECLINED, Page.NOBODY, Page.RESTING}
)
"""Pages for somebody of whom nothing is kept."""
OPEN_TO_ALL: Final = frozenset({Page.HELP, Page.PRIVACY})


def query(reply: Reply, session: Session | None) -> str:
    """Return the query that shows a reply again."""
    parts: dict[str, str] = {}
    if session is None:
        parts["language"] = reply.language
    if session is None or reply.page is not PRESENT[session.step]:
        parts["page"] = reply.page.value
    if reply.number:
        parts["number"] = str(reply.number)
    if reply.notice:
        parts["notice"] = reply.notice
    return f"?{urlencode(parts)}" if parts else ""


def of_interview(content: Content, session: Session, asked: Mapping[str, str]) -> Reply:
    """Return the reply that an address asks for, if the interview may show it; else the present page."""
    notice = _notice(content, session.language, asked)
    page = _page(asked)
    if page is None or not _may_show(session, page):
        return present(session, notice)
    number = _number(content, asked) if page is Page.TIP else 0
    return Reply(page, session.language, notice, number=number)


def of_nobody(language: str, asked: Mapping[str, str]) -> Reply | None:
    """Return the page for somebody of whom nothing is kept, or None: the opening one."""
    page = _page(asked)
    return Reply(page, language) if page is not None and page in FAREWELLS | OPEN_TO_ALL else None


def _page(asked: Mapping[str, str]) -> Page | None:
    try:
        return Page(asked.get("page", ""))
    except ValueError:
        return None


def _may_show(session: Session, page: Page) -> bool:
    if page is Page.CONSENT_WHOLE:
        return session.step is Step.CONSENT
    if page in {Page.AGAIN, Page.RESTING}:
        return session.step in ENDED
    return page in ANYWHERE or (session.step is Step.RESULT and page in AFTER)


def _number(content: Content, asked: Mapping[str, str]) -> int:
    text = asked.get("number", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else 0  # noqa: PLR2004 - more than any list has
    return number if number < len(content.questionnaire.topics) else 0


def _notice(content: Content, language: str, asked: Mapping[str, str]) -> str | None:
    notice = asked.get("notice", "")
    return notice if notice and content.phrasebook.has(language, f"notice.{notice}", {}) else None
