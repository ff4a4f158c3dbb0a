"""What /mydata says about research is the person's last word, for every interview."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation.library import Library
from bot.conversation.mydata import readable
from bot.conversation.phrasebook import open_phrasebook
from bot.conversation.replies import Page, Reply
from bot.conversation.session import Answer, Consent, Session, Step
from bot.organisation.load import load_all as load_organisations
from bot.questionnaire.load import load_all as load_questionnaires
from tests.conftest import ROOT

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(("first", "second", "on"), [(True, False, 0), (True, True, 2), (False, True, 1)])
def test_a_later_no_holds_for_what_was_before(first: bool, second: bool, on: int) -> None:
    """Switched off in a second part, it is off for the first too; on again, only where it was on."""
    library = Library(
        load_questionnaires(ROOT / "questionnaires"),
        load_organisations(ROOT / "organisations"),
        open_phrasebook(),
        "big-five",
    )
    content = library.content(
        library.questionnaires["big-five"].edition, library.organisations["example-hospital"].id
    )
    consent = Consent("digest", "en", AT)
    earlier = Session(
        "a" * 11, "big-five", content.edition.digest, "example-hospital", "telegram", "en", "seed", AT,
        step=Step.RESULT, consent=consent, research=first, research_at=AT,
    )  # fmt: skip
    later = replace(earlier, id="b" * 11, research=second, research_at=AT + timedelta(hours=1))
    page = readable(content, [(content, earlier), (content, later)], Reply(Page.MYDATA, "en"))
    assert page.text.count("Research use: on") == on
    assert page.text.count("Research use: off") == 2 - on


def test_marks_of_quality_are_said_in_plain_words() -> None:
    """Somebody who tapped one button again and again, in no time, reads what that is marked as."""
    library = Library(
        load_questionnaires(ROOT / "questionnaires"),
        load_organisations(ROOT / "organisations"),
        open_phrasebook(),
        "health-mindset",
    )
    edition = library.questionnaires["health-mindset"].edition
    content = library.content(edition, "example-hospital")
    answers = {
        item: Answer("mostly", AT + timedelta(milliseconds=200 * place))
        for place, item in enumerate(edition.questionnaire.form.items)
    }
    session = Session(
        "a" * 11,
        "health-mindset",
        edition.digest,
        "example-hospital",
        "web",
        "en",
        "seed",
        AT,
        answers=answers,
    )
    hasty = readable(content, [(content, session)], Reply(Page.MYDATA, "en")).text
    assert "many answers in a row are the same" in hasty
    assert "came very fast" in hasty
    careful = replace(session, answers=dict(list(answers.items())[:3]))
    assert "Marked for research" not in readable(content, [(content, careful)], Reply(Page.MYDATA, "en")).text
