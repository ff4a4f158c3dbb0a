"""What a page costs the server: `python -m tests.web_cost 100`.

Law: processor time of this process alone, through the whole app but without a wire: no socket and no client.
The lowest tenth is told beside the middle, for a busy machine only ever adds.
"""

import argparse
import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Final
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message

from bot.server import create_app
from bot.settings import Settings
from bot.storage.invites import Invite, new_code
from bot.storage.memory import MemoryStore
from bot.turns import Desk
from tests.journeys.house import KEYS
from tests.journeys.test_journeys import LIBRARY

CHOICES: Final = re.compile(r'class="choices"[^>]*>(.*?)</form>', re.DOTALL)
BUTTON: Final = re.compile(r'<button name="tap" value="([^"]+)"')
HEADERS: Final = {
    "host": "127.0.0.1:8000",
    "accept-language": "en",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64)",
    "content-type": "application/x-www-form-urlencoded",
    "x-attune": "1",
}


@dataclass
class Visitor:
    """Somebody who asks the app itself."""

    app: ASGIApp
    code: str
    chance: Random
    spent: defaultdict[str, list[float]]
    headers: dict[str, str] = field(default_factory=lambda: dict(HEADERS))
    page: str = ""

    async def asks(self, method: str, path: str, form: Mapping[str, str]) -> None:
        """Send a request; note what it cost under what it led to."""
        body, heard = urlencode(form).encode(), bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            heard.extend(message.get("body", b""))
            for name, value in message.get("headers", ()):
                if name == b"set-cookie":
                    self.headers["cookie"] = value.decode().partition(";")[0]

        began = time.process_time()
        await self.app(self._scope(method, path), receive, send)
        took = time.process_time() - began
        self.page = heard.decode()
        kind = "landing" if method == "GET" else "question" if "<progress" in self.page else "other"
        self.spent[kind].append(took)

    def _scope(self, method: str, path: str) -> dict[str, Any]:
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in self.headers.items()],
            "client": ("127.0.0.1", 5),
            "server": ("127.0.0.1", 8000),
            "state": {},
        }

    async def goes_through(self) -> None:
        """Go from the landing page to a tip."""
        chat = f"/chat/{self.code}"
        await self.asks("GET", f"/i/{self.code}", {})
        await self.asks("POST", chat, {"act": "begin", "language": "en"})
        for _ in range(16):
            tokens = [token for form in CHOICES.findall(self.page) for token in BUTTON.findall(form)]
            chosen = self.chance.choice(tokens[:5]) if "<progress" in self.page else tokens[0]
            await self.asks("POST", chat, {"tap": chosen})


async def measured(people: int) -> dict[str, list[float]]:
    """Let so many go through one after another; return what each kind of page cost."""
    store = MemoryStore()
    for edition in LIBRARY.editions():
        await store.keep_edition(edition)
    desk = Desk(store, LIBRARY, KEYS, lambda: datetime.now(UTC))
    invite = Invite(new_code(), "example-hospital", "health-mindset", "autumn", desk.clock())
    await store.keep_invite(invite)
    app = create_app(desk, Settings(_env_file=None))
    spent: defaultdict[str, list[float]] = defaultdict(list)
    for number in range(people + 10):
        if number == 10:
            spent.clear()
        await Visitor(app, invite.code, Random(number), spent).goes_through()
    return spent


def main() -> None:
    """Print the microseconds of each kind of page."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("people", type=int)
    for kind, times in asyncio.run(measured(options.parse_args().people)).items():
        low, middle = (1e6 * sorted(times)[len(times) // part] for part in (10, 2))
        print(f"{kind}: {len(times)} pages, lowest tenth {low:.0f} us, middle {middle:.0f} us")  # noqa: T201 - a script's answer


if __name__ == "__main__":
    main()
