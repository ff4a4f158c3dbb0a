"""The web chat as a stage: a browser without JavaScript, over real HTTP."""

import html
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from bot.channels.webchat.visitor import CHANNEL
from bot.conversation.session import Session
from bot.rehearsal import same_label
from bot.turns import Desk
from bot.web.site import NO_INVITE
from tests.journeys.house import KEYS, House
from tests.web import serving

COMMANDS = {"/privacy": "privacy", "/mydata": "mydata", "/forget": "forget", "/help": "help"}
COMMANDS |= {"/language": "language", "/stop": "stop"}


@dataclass
class Form:
    """A form of a page, with its buttons."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # label, name, value


class Reader(HTMLParser):
    """Reads a page as somebody without a style sheet would."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._button: dict[str, str | None] | None = None
        self._label = ""
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms, fields and buttons."""
        values = dict(attrs)
        match tag:
            case "form":
                self.forms.append(Form(values.get("action") or ""))
            case "input" | "textarea" if self.forms and values.get("name"):
                self.forms[-1].fields[values["name"] or ""] = values.get("value") or ""
            case "button" | "a":
                self._button, self._label = values, ""
            case "head" | "noscript":
                self._silent += 1
            case "br" | "p" | "li" | "tr" | "h1" | "h2":
                self.words.append("\n")
            case _:
                pass

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened."""
        if tag in {"head", "noscript"}:
            self._silent -= 1
        if tag == "button" and self._button is not None and self.forms and self._button.get("name"):
            label = " ".join(self._label.split())
            name, value = self._button.get("name") or "", self._button.get("value") or ""
            self.forms[-1].buttons.append((label, name, value))
        if tag in {"button", "a"}:
            self._button = None

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        if not self._silent:
            self.words.append(data)
            self._label += data

    @property
    def text(self) -> str:
        """Return the words of the page, line by line."""
        lines = (" ".join(line.split()) for line in "".join(self.words).split("\n"))
        return "\n".join(line for line in lines if line)


def read_page(text: str) -> Reader:
    """Read a page."""
    reader = Reader()
    reader.feed(text)
    return reader


@dataclass
class WebStage:
    """A person at a browser."""

    house: House
    language: str
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    client: httpx.AsyncClient | None = None
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    secret: str = ""
    desk: Desk | None = None
    page: Reader = field(default_factory=Reader)
    older: list[Reader] = field(default_factory=list)
    last: tuple[str, Mapping[str, str]] = ("", {})
    code: str = NO_INVITE

    async def _open(self) -> httpx.AsyncClient:
        if self.client is None:
            self.desk = await self.stack.enter_async_context(self.house.open())
            address = await self.stack.enter_async_context(serving(self.desk))
            self.client = await self.stack.enter_async_context(
                httpx.AsyncClient(
                    base_url=address,
                    cookies=self.cookies,
                    follow_redirects=True,
                    verify=False,  # noqa: S501 - loopback without TLS; a context of it takes long to make
                    headers={"Accept-Language": self.language},
                )
            )
        return self.client

    def _turned_to(self, answer: httpx.Response) -> None:
        assert answer.status_code == httpx.codes.OK, answer.text
        self.older.append(self.page)
        self.page = read_page(answer.text)
        assert self.client is not None
        self.cookies = self.client.cookies
        self.secret = self.client.cookies.get("attune") or self.secret

    async def _visits(self) -> None:
        client = await self._open()
        self._turned_to(await client.get(f"/chat/{self.code}"))

    async def _posts(self, action: str, fields: Mapping[str, str]) -> None:
        client = await self._open()
        self.last = (action, fields)
        self._turned_to(await client.post(action, data=dict(fields)))

    async def starts(self, payload: str) -> None:
        """Begin, as /start does elsewhere."""
        self.code = payload or NO_INVITE
        await self._visits()
        fields = {"act": "start", "language": self.language}
        await self._posts(f"/chat/{self.code}", fields)

    async def taps(self, label: str) -> None:
        """Press a button of the page."""
        if not await self._pressed([self.page], label):
            raise LookupError(f"there is no button {label!r}")

    async def taps_old(self, label: str) -> None:
        """Press a button of an earlier page, as the browser's way back allows."""
        if not await self._pressed(list(reversed(self.older)), label):
            raise LookupError(f"there was no button {label!r}")

    async def _pressed(self, pages: Sequence[Reader], label: str) -> bool:
        for page in pages:
            for form in page.forms:
                for shown, name, value in form.buttons:
                    if same_label(shown, label):
                        await self._posts(form.action, {**form.fields, name: value})
                        return True
        return False

    async def taps_again(self) -> None:
        """Send the same form once more."""
        await self._posts(*self.last)

    async def types(self, text: str) -> None:
        """Use the field of the page, or the menu below it, which stands for the commands."""
        if not text.startswith("/"):
            await self._enters(text)
        elif text == "/resume":
            await self._visits()
            if not await self._pressed([self.page], self._said("button.resume")):
                raise LookupError("there is nothing to go on with")
        elif text.startswith("/start"):
            await self._posts(f"/chat/{self.code}", {"act": "start", "language": self.language})
        else:
            form = next(
                (form for form in self.page.forms if any(one[1] == "command" for one in form.buttons)), None
            )
            if form is None:
                raise LookupError("there is no menu")
            await self._posts(form.action, {**form.fields, "command": COMMANDS[text]})

    async def _enters(self, text: str) -> None:
        """Type into the field of the page and send it."""
        form = next((form for form in self.page.forms if "typed" in form.fields), None)
        if form is None:
            raise LookupError("there is nothing to type in")
        _, name, value = form.buttons[0]
        await self._posts(form.action, {**form.fields, "typed": text, name: value})

    def _said(self, key: str) -> str:
        return self.house.library.phrasebook.say(self.language, key, {})

    async def sends(self, kind: str) -> None:
        """A page takes no stickers."""
        raise LookupError(f"a page takes no {kind}")

    async def restarts(self) -> None:
        """Stop the server and start it again; the browser keeps its cookie."""
        await self.close()
        await self._visits()

    async def waits(self, days: int) -> None:
        """Stop the server, let days go by, and start it again."""
        await self.close()
        self.house.days += days
        await self.restarts()

    async def sees(self, text: str) -> bool:
        """Tell whether the page shows this."""
        return text in await self.screen()

    async def screen(self) -> str:
        """Return what the page shows."""
        return html.unescape(self.page.text)

    async def sessions(self) -> Sequence[Session]:
        """Return what is stored of this person."""
        await self._open()
        assert self.desk is not None
        return await self.desk.store.sessions_of(KEYS.person(CHANNEL, self.secret))

    async def anew(self) -> None:
        """Take another browser."""
        await self.close()
        self.cookies, self.secret, self.older = httpx.Cookies(), "", []

    async def close(self) -> None:
        """Stop the server."""
        self.client, self.desk = None, None
        await self.stack.aclose()
        self.stack = AsyncExitStack()
