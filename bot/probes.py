"""What machines ask a process: `/health`, `/ready` and `/metrics`.

Law: `/health` says that the process answers, and nothing else: whoever restarts it must not do so because of
a disk. `/ready` says whether people should be sent here. `/metrics` is read with the token, or without one
from this very machine; where a proxy lets the world in, everybody seems to come from this machine, so that a
token is needed there. Whoever may not read it finds no page.
"""

import asyncio
import hmac
import ipaddress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.operation.condition import Condition
from bot.storage.files import log_size

_FRESH: Final = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Reading:
    """Who may read the metrics: whoever has the token, else this machine, if no proxy lets others in."""

    token: str | None = None
    public: bool = False

    def __repr__(self) -> str:
        return "Reading(<hidden>)"

    def admits(self, request: Request) -> bool:
        """Tell whether a request may read."""
        if self.token is not None:
            said = request.headers.get("authorization", "")
            return hmac.compare_digest(said.encode(), f"Bearer {self.token}".encode())
        return not self.public and "x-forwarded-for" not in request.headers and _is_here(request)


def _is_here(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def routes(condition: Condition, reading: Reading) -> list[Route]:
    """Return the three addresses."""
    asked = _Asked(condition, reading)
    return [
        Route("/health", _health),
        Route("/ready", asked.ready),
        Route("/metrics", asked.metrics),
    ]


async def _health(_request: Request) -> Response:
    """Say that the process answers."""
    return JSONResponse({"status": "ok"})


class _Asked:
    def __init__(self, condition: Condition, reading: Reading) -> None:
        self._condition = condition
        self._reading = reading

    async def ready(self, _request: Request) -> Response:
        """Say whether people should be sent here, and what is the matter."""
        finding = await self._condition.look()
        said = {
            "status": "ok" if finding.ready else "unavailable",
            "store": "ok" if finding.writes else "unavailable",
            "telegram": finding.telegram.value,
        }
        status = HTTPStatus.OK if finding.ready else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse(said, status, headers=_FRESH)

    async def metrics(self, request: Request) -> Response:
        """Return what was counted."""
        if not self._reading.admits(request):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        from bot.operation.exposition import CONTENT_TYPE, Seen, exposition  # noqa: PLC0415 - seldom asked for

        finding = await self._condition.look()
        database, log = await asyncio.to_thread(self._sizes)
        seen = Seen(finding.at, finding.backlog, finding.telegram, finding.disk_free, database, log)
        return Response(exposition(seen), headers=_FRESH | {"Content-Type": CONTENT_TYPE})

    def _sizes(self) -> tuple[int | None, int | None]:
        database = self._condition.database
        if database is None or not database.exists():
            return None, None
        return database.stat().st_size, log_size(database)
