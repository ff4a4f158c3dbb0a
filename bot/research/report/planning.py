"""Before there are data: what so many people could show. Formulas only, each with its source."""

import math
from collections.abc import Callable, Iterator

from scipy import optimize, stats

from bot.questionnaire.model import Questionnaire
from bot.research.report.intervals import Z, wilson
from bot.research.report.reliability import feldt
from bot.research.report.rules import CAUTIONS, EACH_OUTCOME, LEAST, LEVEL, PREDICTION, RELIABILITY
from bot.research.report.table import Block, Cell, Column, Estimate, Report, Section, Show, Table

POWER = 0.8
BEHAVIOURS = 6  # of the second part that is shipped
ARM = 0.2  # neutral words, where the questionnaire says nothing of an experiment
PAPER_EFFECT = 0.15  # of tailored words in published trials, in standard deviations
_TWINS = 0.3  # correlation of two AUCs from the same people, assumed
Row = tuple[Cell, ...]


def planned(questionnaire: Questionnaire, people: int) -> Report:
    """Return what a number of people who finish could show."""
    segments = [_segments(questionnaire, people)] if questionnaire.segments else []
    sections = (
        _section("shares", "Shares", _shares(people), _short_share),
        *(_section("segments", "Segments", table, _short_segment) for table in segments),
        _section("arms", "Tailored against neutral words", _arms(questionnaire, people), _short_arms),
        _section("scales", "Scales", _scales(questionnaire, people)),
        _section("auc", "Segments against demographics", _areas(people)),
    )
    about = (
        f"{questionnaire.id} {questionnaire.version}: {people} people who finish and allow research.",
        f"Detectable: found with {POWER:.0%} chance at a level of {LEVEL:.0%}. All of it before any data.",
    )
    cautions = ("People who tap an invite aren't patients in general. Shares hold for them only.", *CAUTIONS)
    return Report(f"Plan: {questionnaire.title}", about, cautions, sections, {"plan": people})


def _section(name: str, title: str, table: Table, short: Callable[[Row], str] = lambda _row: "") -> Section:
    """Return a section, and its row in the middle in one sentence."""
    said = short(table.rows[len(table.rows) // 2])
    return Section(name, title, (), (Block(table),), (said,) if said else ())


def _short_share(row: Row) -> str:
    if not isinstance(row[2], float):
        return f"Shares: too few people to say any ({LEAST} are needed)."
    return f"Shares: one of {row[0]} would be known to about ± {100 * row[2]:.0f} points."


def _short_segment(row: Row) -> str:
    if not isinstance(row[2], float):
        return "Segments: too few people to show that one does something more than the others."
    return (
        f"Segments: where {row[0]} of everybody do something, a segment has to do it "
        f"{row[2] / 100:.1f} times as often before that shows."
    )


def _short_arms(row: Row) -> str:
    if not isinstance(row[1], float):
        return "Tailored words: too few people to show that they do more than neutral ones."
    return (
        f"Tailored words: where {row[0]} call a neutral tip helpful, {100 * row[1]:.0f} points more have to "
        f"call a tailored one so before that shows. That is {row[2]:.2f} standard deviations; published "
        f"trials found about {PAPER_EFFECT}."
    )


# ---------------------------------------------------------------- shares


def _shares(people: int) -> Table:
    columns = (
        Column("share", "If the share is", Show.TEXT),
        Column("interval", "expect", Show.PERCENT),
        Column("half", "or about ±", Show.POINTS),
    )
    shares = (0.05, 0.1, 0.2, 0.3, 0.5)
    rows = tuple((f"{share:.0%}", *_expected_share(share, people)) for share in shares)
    return Table("plan_shares", "A share of everybody", columns, rows, "Wilson's interval (1927).")


def _expected_share(share: float, people: int) -> tuple[Estimate | None, float | None]:
    if people < LEAST:
        return None, None
    found = wilson(round(share * people), people)
    return found, (found.high - found.low) / 2


# ---------------------------------------------------------------- segments


def _segments(questionnaire: Questionnaire, people: int) -> Table:
    """Return what a segment of the average size could show against all others."""
    inside = people // len(questionnaire.segments)
    tests = BEHAVIOURS * len(questionnaire.segments)
    columns = (
        Column("share", "If everybody's share is", Show.TEXT),
        Column("inside", "In the segment, expect", Show.PERCENT),
        Column("above", "Detectable index above", Show.INDEX),
        Column("below", "and below", Show.INDEX),
    )
    rows = tuple(_segment(share, inside, people - inside, tests) for share in (0.05, 0.1, 0.2, 0.3, 0.5))
    note = (
        "Index: 100 times the share in the segment over everybody's. "
        f"A segment of {inside} people against {people - inside} others, {tests} tests ({BEHAVIOURS} "
        f"behaviours in {len(questionnaire.segments)} segments), each at the strictest level that Holm's "
        "correction may ask. Two proportions, normal approximation (Fleiss, Levin & Paik, 2003)."
    )
    return Table("plan_segments", "What one segment does more or less than everybody", columns, rows, note)


def _segment(share: float, inside: int, others: int, tests: int) -> tuple[Cell, ...]:
    if min(inside, others) < LEAST:
        return f"{share:.0%}", None, None, None
    found = wilson(round(share * inside), inside)
    above, below = (detectable(share, inside, others, LEVEL / tests, sign) for sign in (1, -1))
    return f"{share:.0%}", found, *(_as_index(one, share, inside, others) for one in (above, below))


def _as_index(one: float | None, share: float, inside: int, others: int) -> float | None:
    everybody = None if one is None else (one * inside + share * others) / (inside + others)
    return None if one is None or not everybody else 100 * one / everybody


def detectable(share: float, inside: int, others: int, level: float, sign: int) -> float | None:
    """Return the nearest share above or below another that would be found; None where none would."""
    z_level, z_power = float(stats.norm.ppf(1 - level / 2)), float(stats.norm.ppf(POWER))

    def short(other: float) -> float:
        pooled = (other * inside + share * others) / (inside + others)
        null = math.sqrt(pooled * (1 - pooled) * (1 / inside + 1 / others))
        true = math.sqrt(other * (1 - other) / inside + share * (1 - share) / others)
        return abs(other - share) - z_level * null - z_power * true

    return _root(short, share, (1 - 1e-9) if sign > 0 else 1e-9)


def _root(short: Callable[[float], float], near: float, far: float) -> float | None:
    return float(optimize.brentq(short, near, far)) if short(far) > 0 else None


# ---------------------------------------------------------------- the random arm


def _arms(questionnaire: Questionnaire, people: int) -> Table:
    experiment = questionnaire.experiment
    part = experiment.neutral_voice if experiment else ARM
    columns = (
        Column("share", "If with neutral words", Show.TEXT),
        Column("points", "Detectable difference", Show.POINTS),
        Column("d", "in standard deviations"),
    )
    neutral = round(part * people)
    rows = tuple(_arm(share, people - neutral, neutral) for share in (0.1, 0.3, 0.5))
    needed = math.ceil(
        (stats.norm.ppf(1 - LEVEL / 2) + stats.norm.ppf(POWER)) ** 2 / PAPER_EFFECT**2 / part / (1 - part)
    )
    said = "as the questionnaire says" if experiment else "if a fifth gets neutral words"
    note = (
        f"{people - neutral} against {neutral} people, {said}. Two proportions (Fleiss, Levin & Paik, "
        f"2003). Published trials of tailored words found about {PAPER_EFFECT} standard deviations, which "
        f"takes {needed:,} people in such arms."
    )
    return Table("plan_arms", "Who calls a tip helpful", columns, rows, note)


def _arm(share: float, tailored: int, neutral: int) -> tuple[Cell, ...]:
    if min(tailored, neutral) < LEAST:
        return f"{share:.0%}", None, None
    found = detectable(share, tailored, neutral, LEVEL, 1)
    d = (stats.norm.ppf(1 - LEVEL / 2) + stats.norm.ppf(POWER)) * math.sqrt(1 / tailored + 1 / neutral)
    return f"{share:.0%}", None if found is None else found - share, float(d)


# ---------------------------------------------------------------- scales and AUC


def _scales(questionnaire: Questionnaire, people: int) -> Table:
    held = [len(set(scale.items).intersection(questionnaire.form.items)) for scale in questionnaire.scales]
    sizes = sorted({size for size in held if size > 1}) or [5]
    columns = (
        Column("alpha", "If alpha is", Show.TEXT),
        *(Column(f"items_{k}", f"of {k} items") for k in sizes),
    )
    rows = tuple(
        (f"{alpha:.2f}", *(feldt(alpha, people, k) if people >= RELIABILITY else None for k in sizes))
        for alpha in (0.6, 0.7, 0.8, 0.9)
    )
    return Table("plan_alpha", "How well a scale hangs together", columns, rows, "Feldt's interval (1965).")


def _areas(people: int) -> Table:
    columns = (
        Column("outcome", "If so many have the outcome", Show.TEXT),
        Column("auc_60", "AUC of .60"),
        Column("auc_70", "AUC of .70"),
        Column("difference", "Detectable difference of two AUCs"),
    )
    rows = tuple((f"{share:.0%}", *_area(share, people)) for share in (0.1, 0.2, 0.5))
    note = (
        "Hanley & McNeil (1982); for the difference near .60, two AUCs of the same people are assumed to "
        f"correlate by {_TWINS} (1983)."
    )
    return Table("plan_auc", "What tells more about an outcome", columns, rows, note)


def _area(share: float, people: int) -> Iterator[Cell]:
    hits = round(share * people)
    enough = people >= PREDICTION and min(hits, people - hits) >= EACH_OUTCOME
    for area in (0.6, 0.7):
        error = hanley(area, hits, people - hits) if enough else 0
        yield Estimate(area, area - Z * error, area + Z * error) if enough else None
    both = hanley(0.6, hits, people - hits) * math.sqrt(2 - 2 * _TWINS) if enough else 0
    yield float((stats.norm.ppf(1 - LEVEL / 2) + stats.norm.ppf(POWER)) * both) if enough else None


def hanley(area: float, hits: int, misses: int) -> float:
    """Return the standard error of an AUC (Hanley & McNeil, 1982)."""
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (hits - 1) * (one - area**2) + (misses - 1) * (two - area**2)
    return math.sqrt(spread / hits / misses)
