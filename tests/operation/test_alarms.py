"""An operator is told once an hour at most, and once when it is over."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.operation.alarms import AGAIN_AFTER, ALARMS, Quieting
from bot.operation.condition import MEGABYTE, Finding, alarms_of
from bot.operation.hearing import AWAY_AFTER, STUCK_AFTER, Hearing, State
from bot.storage.upkeep import Backlog, Waiting

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def told(quieting: Quieting, present: dict[str, str], now: datetime) -> list[tuple[str, bool]]:
    """Look, and let everything arrive."""
    notices = quieting.look(present, now)
    for notice in notices:
        quieting.told(notice, now)
    return [(notice.alarm, notice.over) for notice in notices]


class TestOneCondition:
    def test_is_told_once_then_again_after_an_hour(self) -> None:
        quieting = Quieting()
        moments = [NOON + n * MINUTE for n in range(121)]
        said = [n for n, now in enumerate(moments) if told(quieting, {"disk-low": "9 MB are free."}, now)]
        assert said == [0, 60, 120]

    def test_is_told_to_be_over_once(self) -> None:
        quieting = Quieting()
        told(quieting, {"disk-low": ""}, NOON)
        assert told(quieting, {}, NOON + 5 * MINUTE) == [("disk-low", True)]
        assert told(quieting, {}, NOON + 6 * MINUTE) == []

    def test_that_comes_and_goes_is_told_once_an_hour(self) -> None:
        quieting = Quieting()
        said = [told(quieting, {"disk-low": ""} if n % 2 else {}, NOON + n * MINUTE) for n in range(60)]
        assert [one for look in said for one in look] == [("disk-low", False), ("disk-low", True)]

    def test_that_could_not_be_told_is_told_when_it_is_over(self) -> None:
        """Telegram was away: only afterwards can it be said."""
        quieting = Quieting()
        assert len(quieting.look({"telegram-unreachable": ""}, NOON)) == 1
        assert len(quieting.look({"telegram-unreachable": ""}, NOON + MINUTE)) == 1
        (notice,) = quieting.look({}, NOON + 90 * MINUTE)
        assert notice.over
        assert "after 1 h 30 min (since 12:00 UTC)" in notice.text

    def test_that_an_earlier_run_told_of_is_not_told_again_at_once(self) -> None:
        quieting = Quieting({"disk-low": NOON - 10 * MINUTE})
        assert told(quieting, {"disk-low": ""}, NOON) == []
        assert told(quieting, {"disk-low": ""}, NOON + 50 * MINUTE) == [("disk-low", False)]

    def test_names_what_to_do_and_where_to_read(self) -> None:
        (notice,) = Quieting().look({"disk-low": "9 MB are free."}, NOON)
        assert "9 MB are free." in notice.text
        assert ALARMS["disk-low"].remedy in notice.text
        assert notice.text.endswith("docs/runbook.md#disk-low")


@given(st.lists(st.sets(st.sampled_from(sorted(ALARMS))), max_size=200))
def test_no_alarm_is_told_twice_within_an_hour(looks: list[set[str]]) -> None:
    """Whatever comes and goes, minute by minute."""
    quieting, last = Quieting(), dict.fromkeys(ALARMS, NOON - AGAIN_AFTER)
    for n, present in enumerate(looks):
        now = NOON + n * MINUTE
        for alarm, over in told(quieting, dict.fromkeys(present, ""), now):
            assert over or now - last[alarm] >= AGAIN_AFTER
            last[alarm] = last[alarm] if over else now


class TestReceiving:
    """The process tells what it can mend itself from what it can't."""

    def test_is_off_until_it_begins(self) -> None:
        assert Hearing().state(NOON) is State.OFF

    def test_is_well_between_two_polls(self) -> None:
        hearing = Hearing()
        hearing.heard(NOON)
        assert hearing.state(NOON + STUCK_AFTER) is State.HEARING

    def test_is_stuck_where_no_poll_ends(self) -> None:
        hearing = Hearing()
        hearing.began(NOON)
        assert hearing.state(NOON + STUCK_AFTER + MINUTE) is State.STUCK
        hearing.heard(NOON + 10 * MINUTE)
        assert hearing.state(NOON + 10 * MINUTE) is State.HEARING

    def test_is_cut_off_where_polls_fail_for_a_minute(self) -> None:
        hearing = Hearing()
        states = []
        for seconds in range(0, 90, 10):
            hearing.failed(NOON + timedelta(seconds=seconds))
            states.append(hearing.state(NOON + timedelta(seconds=seconds)))
        assert states == [State.HEARING] * 7 + [State.UNREACHABLE] * 2
        assert timedelta(seconds=60) == AWAY_AFTER

    def test_is_not_stuck_while_telegram_makes_it_wait(self) -> None:
        """A restart would only begin the wait anew."""
        hearing = Hearing()
        hearing.failed(NOON)
        hearing.rests(NOON + 10 * MINUTE)
        assert hearing.state(NOON + 9 * MINUTE) is State.UNREACHABLE
        assert hearing.state(NOON + 12 * MINUTE) is State.STUCK

    def test_is_somebody_elses_where_another_program_polls(self) -> None:
        hearing = Hearing()
        for seconds in (0, 70):
            hearing.failed(NOON + timedelta(seconds=seconds), State.TAKEN)
        assert hearing.state(NOON + timedelta(seconds=70)) is State.TAKEN


class TestAFinding:
    """Which alarms it gives."""

    def test_that_is_well_gives_none(self) -> None:
        finding = Finding(NOON, writes=True, telegram=State.HEARING, disk_free=10**12, backlog=Backlog())
        assert alarms_of(finding, "tg", 500 * MEGABYTE) == {}
        assert finding.ready

    def test_gives_one_for_everything_that_is_wrong(self) -> None:
        waiting = Waiting(3, NOON - timedelta(days=2))
        backlog = Backlog(owed={"tg": waiting, "web": waiting}, erasures=waiting)
        finding = Finding(NOON, writes=True, telegram=State.STUCK, disk_free=9 * MEGABYTE, backlog=backlog)
        assert alarms_of(finding, "tg", 500 * MEGABYTE) == {
            "disk-low": "9 MB are free.",
            "polling-stuck": "",
            "erasure-pending": "3 pending.",
            "replies-waiting": "3 waiting.",
        }

    def test_leaves_out_what_is_young_or_another_channels(self) -> None:
        young = Waiting(3, NOON - MINUTE)
        backlog = Backlog(owed={"tg": young, "web": Waiting(1, NOON - timedelta(days=9))}, erasures=young)
        finding = Finding(NOON, writes=True, telegram=State.HEARING, disk_free=None, backlog=backlog)
        assert alarms_of(finding, "tg", 500 * MEGABYTE) == {}

    def test_is_not_ready_where_nothing_can_be_written_or_receiving_is_stuck(self) -> None:
        """While Telegram is away people in a browser can still be answered."""
        ready = {
            (writes, state)
            for writes in (True, False)
            for state in State
            if Finding(NOON, writes=writes, telegram=state, disk_free=None).ready
        }
        assert ready == {(True, state) for state in State if state is not State.STUCK}
