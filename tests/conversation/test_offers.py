"""After the result, once: the rest of the longer form, and the same questions again weeks later."""

from datetime import timedelta

import pytest

from bot.conversation.events import AskedAgain, Began, OfferAnswered
from bot.conversation.machine import fold
from bot.conversation.replies import Page
from bot.conversation.session import Step
from bot.conversation.taps import Act, token
from bot.storage.invites import paused
from bot.unasked import propose_retest
from tests.conversation.world import BEGINNING, Person, World, done, library

DAY = timedelta(days=1)


@pytest.fixture
def ana() -> Person:
    """Return somebody who may be asked for more."""
    return Person(World(library("asks-again")))


def ends(ana: Person, *, research: bool = True) -> None:
    """Answer the two questions and look around after the result."""
    ana.agrees(research=research)
    ana.taps("Yes", "No", "Finish", "That's all")


def wishes(ana: Person) -> None:
    """Say no to more questions, and yes to being asked again."""
    ends(ana)
    ana.taps("No, thank you", "Yes, ask me again")


# ---------------------------------------------------------------- the longer form


def test_the_longer_form_takes_the_answers_over_and_asks_only_the_rest(ana: Person) -> None:
    ends(ana)
    first = ana.interview
    ana.taps("Yes, 1 more")
    assert ana.page.page is Page.LONGER
    ana.taps("Let's start")
    assert "3 of 3" in ana.sees
    longer = ana.interview
    assert (longer.follows, longer.edition) == (first.id, first.edition)
    assert longer.arm == {"form": "long", "part": "longer"}
    assert {item: one.choice for item, one in longer.answers.items()} == {"reads": "yes", "tells": "no"}
    ana.taps("Yes")
    assert "4 of 4" in ana.sees  # a condition holds in the longer form as anywhere
    ana.taps("No", "Finish")
    assert ana.interview.step is Step.RESULT
    assert ana.sessions[0].answers == first.answers


def test_what_was_skipped_is_asked_again_in_the_longer_form(ana: Person) -> None:
    ana.agrees(research=True)
    ana.taps("Skip", "No", "Finish", "That's all", "Yes, 2 more", "Let's start")
    assert "1 of 3" in ana.sees
    assert "Do you read the news?" in ana.sees


def test_a_longer_session_is_the_fold_of_its_log(ana: Person) -> None:
    """What it took over is in its first event."""
    ends(ana)
    ana.taps("Yes, 1 more", "Let's start", "No", "Finish")
    longer = ana.interview
    events = ana.events(longer.id)
    assert isinstance(events[0], Began)
    assert fold(ana.content_of(longer), events) == longer


def test_the_longer_form_begins_once(ana: Person) -> None:
    ends(ana)
    ana.taps("Yes, 1 more")
    start = ana.button("Let's start").token or ""
    ana.taps("Let's start", "No", "Finish")
    assert len(ana.sessions) == 2
    ana.taps_token(start)
    assert "You have answered these already." in ana.sees
    assert len(ana.sessions) == 2


def test_a_forged_start_of_what_was_not_wanted_begins_nothing(ana: Person) -> None:
    ends(ana)
    for part in ("longer", "retest"):
        ana.taps_token(token(ana.interview.id, ana.interview.revision, Act.SECOND, part))
        assert len(ana.sessions) == 1
    ana.taps_token(token(ana.interview.id, ana.interview.revision, Act.OFFER, "retest_yes"))
    assert ana.interview.offers == {}  # it isn't offered while the other one is


def test_a_no_is_remembered_and_the_result_stays(ana: Person) -> None:
    ends(ana)
    shown = ana.interview.shown
    ana.taps("No, thank you", "No, thank you")
    assert ana.interview.offers == {"longer": False, "retest": False}
    assert ana.interview.shown == shown
    ana.taps("Back to my result", "That's all")
    assert "One thing you could help with" not in ana.sees
    declined = [event for event in ana.events(ana.interview.id) if isinstance(event, OfferAnswered)]
    assert [event.offer for event in declined] == ["longer", "retest"]


def test_nothing_is_offered_without_research_or_where_a_questionnaire_offers_nothing(ana: Person) -> None:
    ends(ana, research=False)
    assert "One thing you could help with" not in ana.sees
    other = Person(World())
    other.agrees(research=True)
    other.finishes()
    other.taps("That's all")
    assert "One thing you could help with" not in other.sees


# ---------------------------------------------------------------- the retest


@pytest.mark.parametrize(("days", "proposed"), [(9, False), (10, True), (20, True), (21, False)])
def test_the_retest_is_proposed_to_who_comes_back_in_time(ana: Person, days: int, proposed: bool) -> None:
    wishes(ana)
    ana.world.now += timedelta(days=days, minutes=1)
    ana.starts()
    assert ana.page.page is (Page.RETEST if proposed else Page.AGAIN)


def test_the_retest_is_a_fresh_session_that_follows_the_first(ana: Person) -> None:
    wishes(ana)
    first = ana.interview
    ana.world.now += 12 * DAY
    ana.starts()
    ana.taps("Let's start")
    assert "1 of 2" in ana.sees
    again = ana.interview
    assert (again.follows, again.edition, again.answers) == (first.id, first.edition, {})
    assert again.arm == {"form": "short", "part": "retest"}
    ana.taps("No", "No", "Finish", "That's all")
    assert "One thing you could help with" not in ana.sees
    ana.starts()
    assert ana.page.page is Page.AGAIN


def test_the_retest_of_who_answered_the_longer_form_follows_the_first_session(ana: Person) -> None:
    ends(ana)
    first = ana.interview.id
    ana.taps("Yes, 1 more", "Let's start", "No", "Finish", "That's all", "Yes, ask me again")
    ana.world.now += 12 * DAY
    ana.starts()
    ana.taps("Let's start")
    assert ana.interview.follows == first


def test_a_proposal_is_made_once_and_may_be_declined(ana: Person) -> None:
    wishes(ana)
    ana.world.now += 12 * DAY
    (wishing,) = done(ana.world.store.wishing_retest(BEGINNING))
    spoken = done(propose_retest(ana.world.desk, wishing, ana.world.now))
    assert spoken is not None
    assert [message.page for message in spoken.messages] == [Page.RETEST]
    assert done(propose_retest(ana.world.desk, wishing, ana.world.now)) is None
    assert list(done(ana.world.store.wishing_retest(BEGINNING))) == []
    ana.newest = spoken.messages
    ana.taps("No, thank you")
    ana.starts()
    assert ana.page.page is Page.AGAIN
    assert sum(isinstance(one, AskedAgain) for one in ana.events(ana.interview.id)) == 1


def test_nothing_is_proposed_while_the_organisation_rests_or_another_interview_is_open(ana: Person) -> None:
    wishes(ana)
    ana.world.now += 12 * DAY
    (wishing,) = done(ana.world.store.wishing_retest(BEGINNING))
    done(ana.world.store.remember(paused(ana.interview.organisation), ana.world.now.isoformat()))
    assert done(propose_retest(ana.world.desk, wishing, ana.world.now)) is None
    done(ana.world.store.remember(paused(ana.interview.organisation), ""))
    ana.taps("Back to my result", "That's all")
    ana.taps_token(token(ana.interview.id, ana.interview.revision, Act.AGAIN))
    ana.taps("Let's begin")
    assert done(propose_retest(ana.world.desk, wishing, ana.world.now)) is None


def test_who_takes_research_back_is_not_asked_again(ana: Person) -> None:
    wishes(ana)
    ana.types("/privacy")
    ana.taps("Stop research use")
    ana.world.now += 12 * DAY
    assert list(done(ana.world.store.wishing_retest(BEGINNING))) == []
    ana.starts()
    assert ana.page.page is Page.AGAIN


def test_my_data_tells_what_was_offered(ana: Person) -> None:
    wishes(ana)
    ana.types("/mydata")
    file = ana.page.attachment
    assert file is not None
    assert b'"retest": true' in file.body
