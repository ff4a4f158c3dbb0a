"""A message as a web page: what its template needs, and nothing about requests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.conversation.content import Content
from bot.conversation.pages_questions import answer_line
from bot.conversation.replies import Button, Entry, Message, Page, Reply
from bot.conversation.route import form_of, preceding, route
from bot.conversation.scene import Scene
from bot.conversation.session import Session, Step
from bot.conversation.taps import DONE, Act, Tap, read
from bot.web.pages import said_on_web
from bot.web.text import Block, Line, blocks, plain, split_heading

_QUIET: Final = frozenset({Act.BACK, Act.SKIP, Act.PAUSE})
_SECOND: Final = frozenset({Page.QUESTION, Page.LANGUAGE, Page.NOT_ME, Page.SHARE})
"""Pages on which no button is more likely than another."""
_BESIDE: Final = frozenset({Act.EDIT, Act.CORRECT})
"""What is done about one of several numbered lines, with a button beside each."""


@dataclass(frozen=True, slots=True)
class Row:
    """Buttons side by side."""

    buttons: tuple[Button, ...]
    kind: str = ""  # choice | chosen | change | numbers | done | quiet | ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page about to be shown."""

    page: Page
    heading: str
    blocks: tuple[Block, ...]
    rows: tuple[Row, ...]
    beside: tuple[tuple[Line, Button], ...] = ()
    notice: str | None = None
    whispered: bool = False  # the page shows it anyway: only for those who don't see it
    progress: str | None = None
    at: int = 0
    of: int = 0
    earlier: Button | None = None  # the question before, folded to one line
    download: bool = False
    entry: Entry | None = None  # a field to type in


def sheet(content: Content, session: Session | None, reply: Reply, message: Message) -> Sheet:
    """Return what a page shows."""
    text = said_on_web(content, reply.language, message.text)
    if message.toast and text.startswith(message.toast):
        text = text.removeprefix(message.toast).strip()
    progress, at, of = None, 0, 0
    if message.page is Page.QUESTION and session is not None:
        progress, text = split_heading(text)
        form = form_of(content.questionnaire, session.arm)
        asked = route(content.questionnaire, session)
        at, of = _place(asked, session.item), form.most if form.rule else len(asked)
    heading, rest = split_heading(text)
    parts, rows = blocks(rest), _rows(message, Scene(content, session, reply).marked("", chosen=True).strip())
    beside = _beside(parts, rows)
    return Sheet(
        page=message.page,
        heading=heading,
        blocks=tuple(one for one in parts if one.kind != "numbered" or not beside),
        rows=tuple(row for row in rows if row.kind != "change" or not beside),
        beside=beside,
        notice=plain(message.toast) if message.toast else None,
        whispered=reply.notice in {"saved", "skipped"},
        progress=progress,
        at=at,
        of=of,
        earlier=_earlier(Scene(content, session, reply)) if message.page is Page.QUESTION else None,
        download=message.attachment is not None,
        entry=message.entry,
    )


def _place(asked: Sequence[str], item: str | None) -> int:
    return asked.index(item) + 1 if item in asked else 0


def _rows(message: Message, mark: str) -> tuple[Row, ...]:
    """Return the buttons; the mark of what was chosen before is also a colour here."""
    rows = []
    for buttons in message.rows:
        taps = {one: read(one.token or "") for one in buttons}
        kept = {one: tap for one, tap in taps.items() if not _is_telegrams(tap)}
        if kept:
            marked = next(iter(kept)).label.startswith(mark)
            rows.append(Row(tuple(kept), _kind(message.page, list(kept.values()), marked=marked)))
    return tuple(rows)


def _is_telegrams(tap: Tap | None) -> bool:
    """Tell whether a button is about messages in a chat, of which there are none here."""
    return tap is not None and tap.act is Act.PLAIN and tap.arg in {"m", "e"}


def _kind(page: Page, taps: Sequence[Tap | None], *, marked: bool) -> str:
    acts = {tap.act for tap in taps if tap}
    if acts and acts <= _QUIET:
        return "quiet"
    if acts and acts <= _BESIDE:
        return "change"
    if acts == {Act.CHOOSE} and len(taps) > 1:
        return "numbers"
    if page is Page.QUESTION and any(tap.arg == DONE for tap in taps if tap):
        return "done"
    if page not in _SECOND:
        return ""
    return "chosen" if marked else "choice"


def _beside(parts: Sequence[Block], rows: Sequence[Row]) -> tuple[tuple[Line, Button], ...]:
    """Return numbered lines, each with the button about it; none where they don't go together."""
    lines = [line for block in parts if block.kind == "numbered" for line in block.lines]
    buttons = [one for row in rows if row.kind == "change" for one in row.buttons]
    return tuple(zip(lines, buttons, strict=True)) if len(lines) == len(buttons) else ()


def _earlier(scene: Scene) -> Button | None:
    """Return the question before this one with its answer, as a way back to it."""
    session = scene.interview
    if session.step is not Step.ASKING:
        return None
    questionnaire = scene.content.questionnaire
    item = preceding(questionnaire, session)
    if item is None or item not in session.answers:
        return None
    number = route(questionnaire, session).index(item) + 1
    line = plain(answer_line(scene, item, number))
    return scene.tap(scene.say("web.earlier", line=line), Act.BACK)
