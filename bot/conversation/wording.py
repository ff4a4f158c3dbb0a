"""From a reply to its words and buttons: `PAGES` says who words which page."""

from collections.abc import Callable, Mapping

from bot.conversation import pages_offers, pages_questions, pages_result, pages_rights, pages_way_in
from bot.conversation.content import Content
from bot.conversation.pages_way_in import consent_digest
from bot.conversation.replies import Message, Page, Reply
from bot.conversation.scene import Scene
from bot.conversation.session import Session

__all__ = ["PAGES", "consent_digest", "word"]

PAGES: Mapping[Page, Callable[[Scene], Message]] = {
    Page.WELCOME: pages_way_in.welcome,
    Page.LANGUAGE: pages_way_in.language,
    Page.CONSENT: pages_way_in.consent,
    Page.CONSENT_WHOLE: pages_way_in.consent_whole,
    Page.RESEARCH: pages_way_in.research,
    Page.UNDER_AGE: pages_way_in.farewell,
    Page.DECLINED: pages_way_in.farewell,
    Page.ERASING: pages_way_in.farewell,
    Page.ERASED: pages_way_in.farewell,
    Page.QUESTION: pages_questions.question,
    Page.READY: pages_questions.ready,
    Page.CHECK: pages_questions.check,
    Page.PAUSED: pages_questions.paused,
    Page.STOPPED: pages_questions.stopped,
    Page.AGAIN: pages_questions.again,
    Page.RESULT: pages_result.result,
    Page.HOW: pages_result.how,
    Page.NOT_ME: pages_result.not_me,
    Page.CORRECTED: pages_result.corrected,
    Page.TIP: pages_result.tip,
    Page.NO_MORE_TIPS: pages_result.no_more_tips,
    Page.GOODBYE: pages_rights.goodbye,
    Page.LONGER: pages_offers.longer,
    Page.RETEST: pages_offers.retest,
    Page.PERSON: pages_rights.person,
    Page.CLINICIAN: pages_rights.clinician,
    Page.SHARE: pages_rights.share,
    Page.PRIVACY: pages_rights.privacy,
    Page.ERASE: pages_rights.erase,
    Page.ERASE_SURE: pages_rights.erase_sure,
    Page.KEPT: pages_rights.kept,
    Page.HELP: pages_rights.help_page,
    Page.URGENT: pages_rights.urgent,
    Page.NOBODY: pages_rights.nobody,
    Page.RESTING: pages_rights.resting,
    Page.SORRY: pages_rights.sorry,
}
"""Every page but /mydata, which needs all sessions of a person: `mydata.readable`."""


def word(content: Content, session: Session | None, reply: Reply) -> Message:
    """Return what a channel shows for a reply."""
    return PAGES[reply.page](Scene(content, session, reply))
