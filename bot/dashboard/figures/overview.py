"""The overview of one organisation: a period that is over, one sentence, and tables of counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.conversation.replies import Page, Reply
from bot.conversation.scene import Scene
from bot.dashboard.figures.bands import Band
from bot.dashboard.figures.blocks import Blocks
from bot.dashboard.figures.counting import FINISHED, SIMULATED
from bot.dashboard.figures.names import Names
from bot.dashboard.figures.publication import Publication, publications
from bot.dashboard.figures.told import Block, Choice, Overview, number
from bot.organisation.model import Organisation
from bot.storage.invites import Invite, paused
from bot.storage.store import Store
from bot.web.pages import PageScene
from bot.web.site import Site


async def overview(site: Site, organisation: str, query: Mapping[str, str], language: str) -> Overview:
    """Return what an organisation's overview shows.

    The query names a `period` (2026-11, or the Monday of a week); `people` is `real` or `simulated`.
    """
    library, store, now = site.desk.library, site.desk.store, site.desk.clock()
    ours = library.organisations[organisation]
    edition = library.questionnaires[library.default_questionnaire].edition
    scene = PageScene(library.content(edition, organisation), None, Reply(Page.HELP, language))
    made_up = await store.recall(SIMULATED) is not None
    known = await publications(store, ours, now)
    people = query.get("people", "real" if any(map(_anybody, known)) else SIMULATED)
    simulated = made_up and people == SIMULATED
    if simulated:
        known = await publications(store, ours, now, simulated=True)
    chosen = _chosen(known, query.get("period", ""))
    names = Names(scene, library, {one.name: _days(scene, one) for one in known})
    states = await _states(store, ours, now)
    blocks = () if chosen is None else tuple(Blocks(names, chosen, states).all())
    return Overview(
        organisation=organisation,
        period="" if chosen is None else chosen.period,
        sentence=_sentence(scene, chosen),
        months=_choices(scene, [one for one in known if one.is_month], chosen, simulated=simulated),
        weeks=_choices(scene, [one for one in known if not one.is_month], chosen, simulated=simulated),
        blocks=blocks,
        notes=_notes(scene, blocks, chosen),
        simulated=simulated,
        other=_other(scene, simulated=simulated) if made_up else None,
    )


def _chosen(known: Sequence[Publication], period: str) -> Publication | None:
    """Return the period asked for, else the last month, else the last week."""
    asked = next((one for one in known if one.period == period), None)
    return asked or next((one for one in known if one.is_month), next(iter(known), None))


def _anybody(period: Publication) -> bool:
    return Blocks.steps_of(period)["came"] != Band(0, 0)


async def _states(store: Store, organisation: Organisation, now: datetime) -> dict[str, str]:
    """Return by campaign and source whether people can begin there: open, paused or closed."""
    stopped = bool(await store.recall(paused(organisation.id)))
    found: dict[str, str] = {}
    for one in await store.invites(organisation.id):
        state = "closed" if not one.admits(now) else "paused" if stopped else "open"
        place = _place(one)
        found[place] = state if found.get(place, "closed") == "closed" else found[place]
    return found


def _place(invite: Invite) -> str:
    return f"{invite.campaign} · {invite.source}".removesuffix(" · ")


# ---------------------------------------------------------------- words around the tables


def _days(scene: Scene, period: Publication) -> str:
    return scene.say("figures.days", first=period.first.isoformat(), last=period.last.isoformat())


def _choices(
    scene: Scene, periods: Sequence[Publication], chosen: Publication | None, *, simulated: bool
) -> tuple[Choice, ...]:
    more = f"&people={SIMULATED}" if simulated else ""
    return tuple(
        Choice(
            scene.say("figures.month", month=one.period, days=_days(scene, one))
            if one.is_month
            else _days(scene, one),
            f"period={one.period}{more}",
            one is chosen,
        )
        for one in periods
    )


def _sentence(scene: Scene, chosen: Publication | None) -> str:
    """Return the one sentence that says how it went."""
    if chosen is None:
        return scene.say("figures.nothing_yet")
    came, finished = _came_and_finished(chosen)
    days = _days(scene, chosen)
    if came is None or not came.exact:
        return scene.say("figures.sentence_few", days=days)
    if came.low == 0:
        return scene.say("figures.sentence_nobody", days=days)
    if finished is None or not finished.exact:
        told = number(scene, finished).text
        return scene.say("figures.sentence_range", days=days, came=came.low, finished=told)
    share = round(100 * finished.low / came.low)
    return scene.say("figures.sentence", days=days, came=came.low, finished=finished.low, share=share)


def _came_and_finished(chosen: Publication) -> tuple[Band | None, Band | None]:
    steps = Blocks.steps_of(chosen)
    return steps["came"], steps[FINISHED]


def _notes(scene: Scene, blocks: Sequence[Block], chosen: Publication | None) -> tuple[str, ...]:
    if chosen is None:
        return ()
    hidden = any(
        cell.band is not None and not cell.band.exact
        for block in blocks
        for line in block.lines
        for cell in line.cells
    )
    kind = scene.say("figures.note_month" if chosen.is_month else "figures.note_week")
    stays = scene.say("figures.note_stays")
    return (scene.say("figures.note_hidden"), kind, stays) if hidden else (kind, stays)


def _other(scene: Scene, *, simulated: bool) -> Choice:
    if simulated:
        return Choice(scene.say("figures.see_people"), "people=real")
    return Choice(scene.say("figures.see_simulated"), f"people={SIMULATED}")
