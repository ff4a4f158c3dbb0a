"""HTTP: a request in any of Telegram's encodings becomes a call, its result becomes JSON.

Law: the HTTP status is the error_code. Nothing here knows what a method means.
"""

import asyncio
import traceback
from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from tests.emulator import refusals
from tests.emulator.faults import Drop, Fault, Faults, Hang, Refuse, Slow
from tests.emulator.methods import SERVED, Params
from tests.emulator.methods.receiving import Ready
from tests.emulator.people import Upload
from tests.emulator.refusals import Refusal, Refused
from tests.emulator.transcript import Call
from tests.emulator.world import World

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
ATTACHED = "attach://"


class Gateway:
    """The HTTP face of a world."""

    def __init__(self, world: World, faults: Faults, token: str, *, strict: bool) -> None:
        self._world = world
        self._faults = faults
        self._strict = strict
        self._methods = f"/bot{token}"
        self._files = f"/file/bot{token}/"
        self.failures: list[str] = []
        self.last_call = 0.0
        self.in_flight = 0

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answers one request; a mistake of the emulator itself is kept for the test to see."""
        prefix, _, name = request.path.rpartition("/")
        if prefix != self._methods:
            return self._elsewhere(request)
        method = self._world.schema.canonical(name)
        self.in_flight += method != "getUpdates"
        try:
            return await self._call(request, method)
        except Refused as refused:
            return _refusal(refused.refusal)
        except Exception:  # noqa: BLE001 - told to the test when the emulator closes
            self.failures.append(traceback.format_exc())
            return _refusal(Refusal(500, "Internal Server Error: the emulator failed"))
        finally:
            self.in_flight -= method != "getUpdates"
            self.last_call = asyncio.get_running_loop().time()

    def _elsewhere(self, request: web.BaseRequest) -> web.Response:
        if request.path.startswith(self._files):
            path = request.path.removeprefix(self._files)
            for stored in self._world.files.values():
                if stored.path == path:
                    return web.Response(body=stored.upload.content, content_type=stored.upload.mime_type)
            return _refusal(refusals.NOT_FOUND)
        known = request.path.startswith(("/bot", "/file/bot"))
        return _refusal(refusals.UNAUTHORIZED if known else refusals.NOT_FOUND)

    async def _call(self, request: web.BaseRequest, method: str | None) -> web.StreamResponse:
        if method is None:
            raise Refused(refusals.NOT_FOUND)
        if method not in SERVED:
            raise Refused(Refusal(501, f"Not Implemented: the emulator doesn't serve {method}"))
        raw = await parameters(request)
        try:
            params = self._world.schema.read(method, raw, strict=self._strict)
        except Refused as refused:
            self._record(method, raw, refused.refusal)
            raise
        fault = self._faults.strike(method, params) if self._faults.rules else None
        if fault is None:
            return await self._carry_out(method, params)
        return await self._misbehave(request, fault, method, params)

    async def _carry_out(self, method: str, params: Params) -> web.Response:
        try:
            served = SERVED[method]
            result = served.serve(self._world, params)
            if served.waits:
                result = await result
        except Refused as refused:
            self._record(method, params, refused.refusal)
            raise
        self._record(method, params, None)
        if isinstance(result, Ready):
            return _ready(result)
        if self._world.verifying:
            self._world.schema.verify(result, self._world.schema.methods[method]["returns"])
        return _json(b'{"ok":true,"result":' + orjson.dumps(result) + b"}")

    async def _misbehave(
        self, request: web.BaseRequest, fault: Fault, method: str, params: Params
    ) -> web.StreamResponse:
        match fault:
            case Refuse(refusal, raw):
                self._record(method, params, refusal)
                if raw is not None:
                    return web.Response(body=raw, status=refusal.code, content_type="text/html")
                raise Refused(refusal)
            case Slow(seconds):
                await asyncio.sleep(seconds)
                return await self._carry_out(method, params)
            case Hang(after_effect) | Drop(after_effect):
                if after_effect:
                    await self._carry_out(method, params)
                if isinstance(fault, Hang):
                    await self._world.closing.wait()
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()

    def _record(self, method: str, params: Params, refusal: Refusal | None) -> None:
        transcript = self._world.transcript
        if transcript.recording and method != "getUpdates":
            status, description = (refusal.code, refusal.description) if refusal else (200, "")
            transcript.calls.append(Call(self._world.clock.now(), method, params, status, description))
        self._world.changes.notify()


async def parameters(request: web.BaseRequest) -> dict[str, Any]:
    """What the call says, from its query and from its body in whatever encoding."""
    raw: dict[str, Any] = dict(request.query) if request.query_string else {}
    kind = request.content_type
    if kind == FORM:
        raw.update(parse_qsl((await request.read()).decode(), keep_blank_values=True))
    elif kind == JSON:
        raw.update(_object(await request.read()))
    elif kind == MULTIPART:
        await _read_multipart(request, raw)
    return raw


def _object(body: bytes) -> dict[str, Any]:
    try:
        content = orjson.loads(body) if body else {}
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise Refused(refusals.bad_request("can't parse JSON object"))
    return content


async def _read_multipart(request: web.BaseRequest, raw: dict[str, Any]) -> None:
    for name, part in (await request.post()).items():
        if isinstance(part, web.FileField):
            raw[name] = Upload(part.filename, part.file.read(), part.content_type)
        else:
            raw[name] = part
    for name, value in list(raw.items()):
        if isinstance(value, str) and value.startswith(ATTACHED):
            attached = raw.pop(value.removeprefix(ATTACHED), None)
            if attached is None:
                raise Refused(refusals.bad_request("wrong file identifier/HTTP URL specified"))
            raw[name] = attached


def _json(body: bytes, status: int = 200) -> web.Response:
    return web.Response(body=body, status=status, content_type=JSON)


def _refusal(refusal: Refusal) -> web.Response:
    return _json(orjson.dumps(refusal.body()), refusal.code)


def _ready(ready: Ready) -> web.Response:
    more = b',"description":' + orjson.dumps(ready.description) if ready.description else b""
    return _json(b'{"ok":true,"result":' + ready.result + more + b"}")
