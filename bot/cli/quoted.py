"""What people quote when they write to us, and whom or what it means.

There are two codes: the one under /help says who (`K7QF-2M9D`, from the keyed name that logs use), the one of
an apology says which fault (`ABC123`, from the key of the parked update).
"""

import re
from typing import Final

from bot.errors import OperatorError
from bot.privacy import QUOTED
from bot.turns import Desk

FAULT: Final = 6
"""Letters of the code of a fault."""
_RESPONSE: Final = re.compile(r"[a-z2-7]{26}")
_MISREAD: Final = str.maketrans("018", "OIB")


def read_aloud(code: str) -> str:
    """Return a code as it was meant: however it was spaced, and with digits that can't be in it put right."""
    return re.sub(r"[^A-Z2-7]", "", code.upper().translate(_MISREAD))


async def person_quoting(desk: Desk, code: str) -> str:
    """Return whom a code means; raise where it is nobody's, or that of several."""
    if _RESPONSE.fullmatch(code.strip().lower()):
        person = await desk.store.person_of(code.strip().lower())
        if person is not None:
            return person
    wanted = read_aloud(code)
    if len(wanted) != QUOTED:
        raise OperatorError(
            f"A person's code has {QUOTED} letters, such as K7QF-2M9D.",
            remedy="Ask them to send /help: it stands at the end. A response id works too.",
        )
    found = await desk.store.people(lambda person: read_aloud(desk.keys.quoted(person)) == wanted)
    if len(found) != 1:
        what = "Nobody is known by that code" if not found else "Several people are known by that code"
        raise OperatorError(f"{what}.", remedy="Check it for a slip; who was erased is known no more.")
    return found[0]
