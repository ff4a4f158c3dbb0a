"""Peer (d): no framework at all: asyncio's streams, orjson and sqlite3, durable by group commit.

The floor of what Python can do here with an answer on disk before it is acknowledged. It understands this
one quiz, plain HTTP to one server, and nothing that goes wrong: it isn't a bot that anybody should run.
"""

import asyncio
import os
import sqlite3
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from benchmarks.quiz import QUESTIONS, buttons, question, score

Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Json = dict[str, Any]

KEYBOARDS = [
    {"inline_keyboard": [[{"text": text, "callback_data": data}] for text, data in buttons(number)]}
    for number in range(len(QUESTIONS))
]


class Client:
    """HTTP with kept connections."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self._address = parts.hostname, parts.port
        self._path = f"/bot{token}/"
        self._idle: deque[Line] = deque()

    async def call(self, method: str, content: Json) -> Any:
        """Return the result of a call."""
        reader, writer = self._idle.pop() if self._idle else await asyncio.open_connection(*self._address)
        body = orjson.dumps(content)
        head = (
            f"POST {self._path}{method} HTTP/1.1\r\nHost: telegram\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        header = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(header.partition(b"content-length:")[2].partition(b"\r\n")[0])
        answer = orjson.loads(await reader.readexactly(length))
        self._idle.append((reader, writer))
        return answer["result"]


class Quiz:
    """The state of everybody, in memory and on disk."""

    def __init__(self, client: Client, database: Path) -> None:
        self._client = client
        self._thread = ThreadPoolExecutor(1)
        self._database = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS answer (chat INTEGER, question INTEGER, choice INTEGER,"
            " PRIMARY KEY (chat, question)) WITHOUT ROWID"
        )
        self._answers: dict[int, list[int]] = {}
        for chat, choice in self._database.execute("SELECT chat, choice FROM answer ORDER BY 1, question"):
            self._answers.setdefault(chat, []).append(choice)
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Take batch after batch: store, then speak, and confirm with the next poll."""
        offset = 0
        loop = asyncio.get_running_loop()
        while True:
            asked = {"offset": offset, "timeout": 25, "limit": 100}
            batch = await self._client.call("getUpdates", asked)
            rows = [row for update in batch if (row := self._taken(update))]
            if rows:
                await loop.run_in_executor(self._thread, self._store, rows)
            for update in batch:
                task = asyncio.create_task(self._speak(update))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            if batch:
                offset = batch[-1]["update_id"] + 1

    def _taken(self, update: Json) -> tuple[int, int, int] | None:
        query = update.get("callback_query")
        if query is None:
            self._answers[update["message"]["chat"]["id"]] = []
            return None
        chat = query["from"]["id"]
        number, choice = map(int, query["data"].split(":"))
        answers = self._answers[chat]
        if number != len(answers):
            return None
        answers.append(choice)
        return chat, number, choice

    def _store(self, rows: list[tuple[int, int, int]]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("INSERT OR IGNORE INTO answer VALUES (?, ?, ?)", rows)
        self._database.execute("COMMIT")

    async def _speak(self, update: Json) -> None:
        query = update.get("callback_query")
        if query is None:
            chat = update["message"]["chat"]["id"]
            page = {"chat_id": chat, "text": question(0), "reply_markup": KEYBOARDS[0]}
            await self._client.call("sendMessage", page)
            return
        answers = self._answers[query["from"]["id"]]
        page = {"chat_id": query["from"]["id"], "message_id": query["message"]["message_id"]}
        if len(answers) == len(QUESTIONS):
            page["text"] = score(answers)
        else:
            page |= {"text": question(len(answers)), "reply_markup": KEYBOARDS[len(answers)]}
        acknowledged = self._client.call("answerCallbackQuery", {"callback_query_id": query["id"]})
        await asyncio.gather(acknowledged, self._client.call("editMessageText", page))


async def main() -> None:
    """Run until stopped."""
    client = Client(os.environ["TELEGRAM_API_URL"], os.environ["TELEGRAM_BOT_TOKEN"])
    await Quiz(client, Path(os.environ["FOLDER"]) / "answers.db").run()


if __name__ == "__main__":
    asyncio.run(main())
