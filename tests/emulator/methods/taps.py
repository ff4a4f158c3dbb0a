"""Answering taps."""

from tests.emulator import refusals
from tests.emulator.methods.registry import Params, serves
from tests.emulator.refusals import Refused
from tests.emulator.world import World


@serves("answerCallbackQuery", "once, within `answer_within` seconds (30; Telegram publishes no figure)")
def answer_callback_query(world: World, params: Params) -> bool:
    """The button stops spinning."""
    query = world.queries.get(params["callback_query_id"])
    if query is None or world.clock.now() - query.at > world.answer_within:
        raise Refused(refusals.QUERY_TOO_OLD)
    world.answers(query, params.get("text", ""))
    return True
