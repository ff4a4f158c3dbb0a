"""The interview as a picture and a table, drawn from `TRANSITIONS`.

`python -m bot.conversation.diagram` prints what stands between two marks in `docs/conversation.md`; a test
compares.
"""

import sys
from collections.abc import Iterator

from bot.conversation.event_log import EVENTS
from bot.conversation.events import Began, Event, Paused, Resumed, Stopped
from bot.conversation.machine import TRANSITIONS, Rule, rule
from bot.conversation.moves import closed, take
from bot.conversation.session import Step

BEGINS, ENDS = "<!-- drawn by bot.conversation.diagram -->", "<!-- end of what is drawn -->"
GONE = "[*]"  # Mermaid's sign for where it begins and ends
CLOSED, STAYS = "-", "·"  # answered kindly, and nothing moves; answered, and the interview stays where it is
LEAVING = {Paused, Stopped, Resumed}


def block() -> str:
    """Return the marked block with the picture and the table."""
    return "\n".join([BEGINS, "", *_picture(), "", *_table(), "", ENDS])


def _picture() -> Iterator[str]:
    """Yield a Mermaid state diagram; leaving is said in notes, for it would be half of all arrows."""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    {GONE} --> {Step.WELCOME.value}: Began"
    for step, target, kinds in _arrows():
        yield f"    {step} --> {target}: {', '.join(kinds)}"
    for step in (Step.PAUSED, Step.STOPPED):
        yield f"    note right of {step.value}: {_left(step)}"
    yield "```"


def _arrows() -> Iterator[tuple[str, str, list[str]]]:
    for step, rules in TRANSITIONS.items():
        arrows: dict[str, list[str]] = {}
        for kind, one in rules.items():
            for target in [] if kind in LEAVING else _in_order(one):
                arrows.setdefault(target, []).append(kind.__name__)
        for target, kinds in arrows.items():
            yield step.value, target, kinds


def _left(step: Step) -> str:
    """Say from where a step that people leave to is reached, and where it leads back."""
    before = [one.value for one, rules in TRANSITIONS.items() for way in rules.values() if step in way.to]
    return f"from {', '.join(before)}. Resumed leads back to {', '.join(_in_order(rule(step, Resumed)))}"


def _in_order(one: Rule) -> list[str]:
    return [step.value for step in Step if step in one.to] + ([GONE] if None in one.to else [])


def _table() -> Iterator[str]:
    """Yield a row for each kind of event: where it leads from each step."""
    yield f"| event | {' | '.join(step.value for step in Step)} |"
    yield f"| --- |{' --- |' * len(Step)}"
    for kind in EVENTS.values():
        if kind is not Began:
            yield f"| `{kind.__name__}` | {' | '.join(_cell(step, kind) for step in Step)} |"


def _cell(step: Step, kind: type[Event]) -> str:
    one = rule(step, kind)
    if one.act is closed:
        return CLOSED
    if one.act is take:
        return STAYS  # an operator's doing: as far as the answers carry over
    return ", ".join("gone" if target == GONE else target for target in _in_order(one)) or STAYS


if __name__ == "__main__":
    sys.stdout.write(f"{block()}\n")
