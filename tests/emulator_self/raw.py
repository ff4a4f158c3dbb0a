"""A bot without a library: what it sends is exactly what the test says."""

from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: dict[str, Any]

    @property
    def result(self) -> Any:
        """The result of a call that has to have worked."""
        assert self.body["ok"], self.body
        return self.body["result"]

    @property
    def refusal(self) -> str:
        """The sentence of a call that has to have failed, with the status that it came under."""
        assert not self.body["ok"], self.body
        assert self.status == self.body["error_code"]
        return str(self.body["description"])


@dataclass(frozen=True, slots=True)
class RawBot:
    """Calls methods by name."""

    session: aiohttp.ClientSession
    url: str
    token: str

    async def call(self, method: str, **params: Any) -> Reply:
        """One call with JSON."""
        return await self.post(method, json=params)

    async def post(self, method: str, **request: Any) -> Reply:
        """One call in any encoding that aiohttp can send."""
        async with self.session.post(f"{self.url}/bot{self.token}/{method}", **request) as response:
            return Reply(response.status, orjson.loads(await response.read()))

    async def updates(self, offset: int = 0, **params: Any) -> list[dict[str, Any]]:
        """What is pending from this offset on, without waiting."""
        result: list[dict[str, Any]] = (await self.call("getUpdates", offset=offset, **params)).result
        return result

    async def says(self, chat_id: int, text: str = "Hello", **params: Any) -> int:
        """Sends a text; its message id."""
        return int(
            (await self.call("sendMessage", chat_id=chat_id, text=text, **params)).result["message_id"]
        )


def keyboard(*rows: list[tuple[str, str]]) -> dict[str, Any]:
    """An inline keyboard of labels and data."""
    buttons = [[{"text": label, "callback_data": data} for label, data in row] for row in rows]
    return {"inline_keyboard": buttons}
