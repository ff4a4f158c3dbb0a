"""Resume codes: 80 bits that lead back to an interview on another browser, for thirty days.

Law: a code is made from the key, the address and where the interview stands, so that it needn't be kept;
kept is only its pseudonym, which goes with the person.
"""

import re
from typing import Final

from bot.conversation.session import Session
from bot.privacy import ADDRESS_AGE, Keys
from bot.turns import Desk, whereabouts

DAYS: Final = ADDRESS_AGE.days
_LENGTH: Final = 16  # base32: five bits each
_GROUP: Final = 4
_MEANT: Final = str.maketrans({"0": "O", "1": "I", "8": "B"})
"""Digits that base32 doesn't have, for the letters that they were read from."""


def code_of(keys: Keys, secret: str, session: Session) -> str:
    """Return the code that leads to an interview where it stands now."""
    code = keys.person("resume", f"{secret}:{session.id}:{session.revision}")[:_LENGTH]
    return "-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def _digest(keys: Keys, code: str) -> str | None:
    meant = re.sub(r"[\s-]", "", code).upper().translate(_MEANT)
    return keys.person("resume-code", meant) if re.fullmatch(r"[A-Z2-7]{16}", meant) else None


async def offer(desk: Desk, person: str, secret: str, session: Session) -> None:
    """Make an interview's code work."""
    digest = _digest(desk.keys, code_of(desk.keys, secret, session))
    if digest is not None:
        await desk.store.offer_resume(digest, person, desk.clock() + ADDRESS_AGE)


async def find(desk: Desk, code: str) -> tuple[str, Session] | None:
    """Return the address that a code leads to, and the interview there; None whatever is wrong with it."""
    digest = _digest(desk.keys, code[:64])
    person = await desk.store.resumes(digest, desk.clock()) if digest else None
    if person is None:
        return None
    saved = await desk.store.load(person)
    secret = whereabouts(desk.keys, person, saved.address)
    return (secret, saved.session) if secret and saved.session else None
