"""The experiment with voices: some people who allowed research get their tips in neutral words.

Law: nobody is in it who didn't allow research, the facts in a tip are the same in every voice, and the arm is
drawn once, before any tip was seen: an arm drawn later would mix what both groups read.
"""

import hashlib
from dataclasses import replace

from bot.conversation.session import Session
from bot.questionnaire.model import Questionnaire

ARM = "voice"
"""The arm that says in which words a person gets tips."""
OWN_ARM, NEUTRAL_ARM = "own", "neutral"


def enrolled(questionnaire: Questionnaire, session: Session) -> Session:
    """Return a session with its arm drawn, if there is the experiment and the person may be in it."""
    experiment = questionnaire.experiment
    if experiment is None or not session.research or ARM in session.arm or session.ended_at is not None:
        return session
    arm = NEUTRAL_ARM if _chance(session.seed) < experiment.neutral_voice else OWN_ARM
    return replace(session, arm={**session.arm, ARM: arm})


def is_neutral(session: Session) -> bool:
    """Tell whether tips come in neutral words now: the arm says so, and research is still allowed."""
    return bool(session.research) and session.arm.get(ARM) == NEUTRAL_ARM


def arm(session: Session) -> str:
    """Return the arm of somebody who takes part, in their own interview; nothing for everybody else."""
    return session.arm.get(ARM, "") if session.research and session.follows is None else ""


def _chance(seed: str) -> float:
    """Return a number from 0 to 1, always the same one for a seed."""
    digest = hashlib.sha256(f"{ARM}:{seed}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64
