"""Both HTTP clients under python-telegram-bot, through every fault that the emulator knows."""

import asyncio
import datetime as dt
import ipaddress
import json
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Self

import orjson
import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.telegram.request import (
    NEVER_LEFT,
    AiohttpRequest,
    StockRequest,
    _encoded,
    environment_proxy,
    parse_quietly,
)
from bot.channels.telegram.wire import Wire, meaning
from bot.delivery import TryLater, Unclear
from tests.emulator import Emulator, Phone, refusals
from tests.emulator.faults import (
    Drop,
    Fault,
    Hang,
    Refuse,
    Slow,
    bad_gateway,
    server_error,
    too_many_requests,
)
from tests.emulator.refusals import Refusal

QUICK: dict[str, Any] = {"read_timeout": 0.3, "connect_timeout": 0.5, "pool_timeout": 0.2}
CLIENTS = (StockRequest, AiohttpRequest)

REFUSALS = {name: Refuse(value) for name, value in vars(refusals).items() if isinstance(value, Refusal)}


def answered(code: int, body: bytes) -> Refuse:
    """An answer of any status and body."""
    return Refuse(Refusal(code, ""), body)


FAULTS: dict[str, Fault] = {
    **REFUSALS,
    "429": too_many_requests(7),
    "429 without a number": answered(429, b'{"ok":false,"error_code":429,"description":"Too Many Requests"}'),
    "500": server_error(),
    "502": bad_gateway(),
    "503 without a body": answered(503, b""),
    "a status nobody knows": answered(599, b"?"),
    "a redirect": answered(302, b""),
    "a chat that moved": answered(
        400, b'{"ok":false,"description":"moved","parameters":{"migrate_to_chat_id":-100}}'
    ),
    "an unknown parameter": answered(400, b'{"ok":false,"description":"odd","parameters":{"mood":1}}'),
    "a page instead of JSON": answered(200, b"<html>"),
    "half a JSON": answered(200, b'{"ok":true,"result":'),
    "a list": answered(200, b"[]"),
    "nothing": answered(200, b""),
    "bytes that aren't UTF-8": answered(200, b'{"ok":true,"result":"\xff"}'),
    "slow": Slow(2.0),
    "silent after": Hang(after_effect=True),
    "silent before": Hang(after_effect=False),
    "cut after": Drop(after_effect=True),
    "cut before": Drop(after_effect=False),
}


async def outcome(client: BaseRequest, url: str, **timeouts: float) -> object:
    """The answer, or what is raised: its type, its words, and what it means to us."""
    try:
        return await client.post(url, data(), **timeouts)
    except TelegramError as error:
        told = "" if isinstance(error.__cause__, Exception) else error.message
        return type(error).__name__, told, repr(meaning(error).__class__)


def data(**values: object) -> RequestData:
    """What the library's Bot hands to its client."""
    return RequestData([RequestParameter.from_input(name, value) for name, value in values.items()])


@pytest.fixture(params=CLIENTS, ids=["stock", "aiohttp"])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[BaseRequest]:
    async with request.param(**QUICK) as client:
        yield client


@pytest.fixture
async def ours() -> AsyncIterator[AiohttpRequest]:
    async with AiohttpRequest(**QUICK) as client:
        yield client


def url_of(telegram: Emulator, method: str = "getMe") -> str:
    return f"{telegram.url}/bot{telegram.token}/{method}"


class TestBothClients:
    @pytest.mark.slow
    async def test_say_the_same_of_every_fault(self, telegram: Emulator) -> None:
        told: dict[str, list[object]] = {name: [] for name in FAULTS}
        for kind in CLIENTS:
            async with kind(**QUICK) as client:
                for name, fault in FAULTS.items():
                    telegram.faults.add("getMe", fault)
                    told[name].append(await outcome(client, url_of(telegram)))
        assert len({repr(said) for said in told.values()}) > 30
        assert {name: said for name, said in told.items() if said[0] != said[1]} == {}

    async def test_say_the_same_where_nobody_listens(self) -> None:
        told = []
        for kind in CLIENTS:
            async with kind(**QUICK) as client:
                told.append(await outcome(client, "http://127.0.0.1:9/bot1:x/getMe"))
        assert told[0] == told[1] == ("NetworkError", "", repr(TryLater))

    async def test_say_the_same_of_a_name_that_nobody_has(self) -> None:
        told = []
        for kind in CLIENTS:
            async with kind(**QUICK) as client:
                told.append(await outcome(client, "http://nobody.invalid/bot1:x/getMe"))
        assert told[0] == told[1] == ("NetworkError", "", repr(TryLater))

    @pytest.mark.slow
    async def test_say_the_same_of_a_full_pool(self, telegram: Emulator) -> None:
        told = []
        for kind in CLIENTS:
            telegram.faults.add("getMe", Slow(0.5))
            async with kind(1, read_timeout=2.0, pool_timeout=0.1) as client:
                first = asyncio.create_task(outcome(client, url_of(telegram)))
                await asyncio.sleep(0.1)
                told.append(await outcome(client, url_of(telegram)))
                assert isinstance(await first, dict)
        assert told[0] == told[1] == ("TimedOut", "", repr(TryLater))

    @pytest.mark.slow
    async def test_take_the_timeouts_of_a_call_over_their_own(
        self, telegram: Emulator, client: BaseRequest
    ) -> None:
        telegram.faults.add("getMe", Slow(0.5), times=2)
        assert isinstance(await outcome(client, url_of(telegram), read_timeout=3.0), dict)
        assert (await outcome(client, url_of(telegram)))[0] == "TimedOut"  # type: ignore[index]  # it is never None here

    async def test_are_the_way_of_a_whole_bot(self, telegram: Emulator, client: BaseRequest) -> None:
        ana = await started(telegram)
        bot = Bot(telegram.token, f"{telegram.url}/bot", request=client)
        button = InlineKeyboardButton("Sí, ñ 🙂", callback_data="y")
        sent = await bot.send_message(
            ana.person.id,
            "<b>¿Lista?</b> 🙂",
            parse_mode="HTML",
            reply_markup=InlineKeyboardMarkup([[button]]),
        )
        assert ana.screen.endswith("¿Lista? 🙂\n[Sí, ñ 🙂]")
        assert sent.text_html == "<b>¿Lista?</b> 🙂"
        with pytest.raises(BadRequest, match="Message text is empty"):
            await bot.send_message(ana.person.id, " ")
        await ana.blocks()
        with pytest.raises(Forbidden, match="blocked"):
            await bot.send_message(ana.person.id, "Hello")

    async def test_upload_and_download(self, telegram: Emulator, client: BaseRequest) -> None:
        ana = await started(telegram)
        bot = Bot(telegram.token, f"{telegram.url}/bot", f"{telegram.url}/file/bot", request=client)
        content = bytes(range(256)) * 1000
        file = InputFile(content, filename="mis-datos ñ.bin", attach=False)
        sent = await bot.send_document(ana.person.id, file, caption='Yours "quoted" ñ')
        received = await ana.receives("mis-datos")
        assert (received.content, received.caption) == (content, 'Yours "quoted" ñ')
        assert sent.document is not None
        assert sent.document.file_name == "mis-datos ñ.bin"
        loaded = await (await sent.document.get_file()).download_as_bytearray()
        assert bytes(loaded) == content

    async def test_refuse_to_work_after_their_end_until_opened_again(
        self, telegram: Emulator, client: BaseRequest
    ) -> None:
        await client.shutdown()
        with pytest.raises(NetworkError, match="not initialized"):
            await client.post(url_of(telegram))
        await client.initialize()
        await client.initialize()
        assert isinstance(await client.post(url_of(telegram)), dict)

    async def test_log_nothing_of_an_answer_that_they_cant_read(
        self, telegram: Emulator, client: BaseRequest, caplog: pytest.LogCaptureFixture
    ) -> None:
        telegram.faults.add("getMe", answered(200, b"SECRET-WORDS"))
        with pytest.raises(TelegramError, match="Invalid server response"):
            await client.post(url_of(telegram))
        assert "SECRET-WORDS" not in caplog.text

    async def test_raise_a_flood_without_a_warning(self, telegram: Emulator, client: BaseRequest) -> None:
        telegram.faults.add("getMe", too_many_requests(7))
        with pytest.raises(RetryAfter, match="Retry in 7 seconds") as caught:
            await client.post(url_of(telegram))
        later = meaning(caught.value)
        assert isinstance(later, TryLater)
        assert later.seconds == 7.0


async def started(telegram: Emulator) -> Phone:
    phone = telegram.phone("Ana")
    await phone.starts()
    return phone


class TestWhatLeft:
    @pytest.mark.parametrize("fault", [Hang(after_effect=True), Drop(after_effect=True)])
    async def test_and_got_no_answer_is_unclear(
        self, telegram: Emulator, ours: AiohttpRequest, fault: Fault
    ) -> None:
        telegram.faults.add("getMe", fault)
        with pytest.raises(NetworkError) as caught:
            await ours.post(url_of(telegram))
        assert isinstance(meaning(caught.value), Unclear)

    async def test_is_nothing_where_the_connection_failed(self, ours: AiohttpRequest) -> None:
        with pytest.raises(NetworkError) as caught:
            await ours.post("http://127.0.0.1:9/bot1:x/getMe")
        assert type(caught.value.__cause__).__name__ in NEVER_LEFT

    async def test_never_tells_the_token(self, ours: AiohttpRequest) -> None:
        with pytest.raises(NetworkError) as caught:
            await ours.post("http://[::1/bot123456:SECRET-0123456789012345678901234567/getMe")
        assert "SECRET" not in str(caught.value)


class TestAnUpload:
    @pytest.mark.slow
    async def test_that_is_never_taken_times_out(self) -> None:
        lines: list[asyncio.Transport] = []

        class Deaf(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                assert isinstance(transport, asyncio.Transport)
                lines.append(transport)
                transport.pause_reading()

        server = await asyncio.get_running_loop().create_server(Deaf, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        file = InputFile(bytes(40 << 20), filename="big", attach=False)
        async with AiohttpRequest(read_timeout=30.0, media_write_timeout=0.3) as client:
            with pytest.raises(TimedOut):
                await client.post(f"http://127.0.0.1:{port}/bot1:x/sendDocument", data(document=file))
        lines[0].abort()
        server.close()


GOOD = b'{"ok":true,"result":true}'


class Server:
    """A server that answers each request with the next of the given bytes; None hangs up."""

    def __init__(self, *answers: bytes | None) -> None:
        self._answers = [*answers]
        self.connections = 0
        self.url = ""
        self._server: asyncio.Server | None = None
        self._lines: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/bot1:x/getMe"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.hang_up()
        await asyncio.sleep(0.05)

    def hang_up(self) -> None:
        for line in self._lines:
            line.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._lines.append(writer)
        try:
            while self._answers:
                await reader.readuntil(b"\r\n\r\n{}")
                answer = self._answers.pop(0)
                if answer is None:
                    break
                writer.write(answer)
        except asyncio.IncompleteReadError:
            pass
        writer.close()


def framed(body: bytes, *headers: bytes) -> bytes:
    """An answer with its length."""
    return b"\r\n".join([b"HTTP/1.1 200 OK", *headers, b"Content-Length: %d" % len(body), b"", body])


class TestTheLane:
    async def test_uses_a_connection_again(self, ours: AiohttpRequest) -> None:
        async with Server(framed(GOOD), framed(GOOD), framed(GOOD)) as server:
            for _ in range(3):
                assert await ours.post(server.url, data()) is True
            assert server.connections == 1

    async def test_takes_a_new_one_where_the_server_hung_up_meanwhile(self, ours: AiohttpRequest) -> None:
        async with Server(framed(GOOD), framed(GOOD)) as server:
            assert await ours.post(server.url, data()) is True
            server.hang_up()
            await asyncio.sleep(0.05)
            assert await ours.post(server.url, data()) is True
            assert server.connections == 2

    async def test_takes_a_new_one_after_a_long_rest(
        self, ours: AiohttpRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.channels.telegram.lane.IDLE", 0.0)
        async with Server(framed(GOOD), framed(GOOD)) as server:
            for _ in range(2):
                assert await ours.post(server.url, data()) is True
            assert server.connections == 2

    async def test_does_as_it_is_told_to_close(self, ours: AiohttpRequest) -> None:
        closing = framed(GOOD, b"Connection: close")
        async with Server(closing, closing) as server:
            for _ in range(2):
                assert await ours.post(server.url, data()) is True
            assert server.connections == 2

    async def test_reads_an_answer_in_chunks(self, ours: AiohttpRequest) -> None:
        chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n%b\r\n14\r\n%b\r\n0\r\n\r\n"
        async with Server(chunks % (GOOD[:5], GOOD[5:])) as server:
            assert await ours.post(server.url, data()) is True

    async def test_reads_an_answer_that_ends_with_the_connection(self, ours: AiohttpRequest) -> None:
        async with Server(b"HTTP/1.0 200 OK\r\n\r\n" + GOOD) as server:
            assert await ours.post(server.url, data()) is True

    @pytest.mark.parametrize("answer", [b"SSH-2.0-x\r\n", framed(GOOD)[:-5], b"HTTP/1.1 200 OK\r\n", None])
    async def test_says_that_it_is_unclear_after_half_an_answer(
        self, ours: AiohttpRequest, answer: bytes | None
    ) -> None:
        async with Server(answer) as server:
            assert await outcome(ours, server.url) == ("NetworkError", "", repr(Unclear))

    async def test_drops_a_connection_that_speaks_unasked(self, ours: AiohttpRequest) -> None:
        async with Server(framed(GOOD) + framed(b"{}"), framed(GOOD)) as server:
            assert await ours.post(server.url, data()) is True
            await asyncio.sleep(0.05)
            assert await ours.post(server.url, data()) is True

    async def test_leaves_no_answer_for_the_next_call(self, telegram: Emulator) -> None:
        telegram.faults.add("getMe", Slow(0.3))
        async with AiohttpRequest(1) as client:
            call = asyncio.create_task(client.post(url_of(telegram), data()))
            await asyncio.sleep(0.1)
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)
            ana = await started(telegram)
            chat = data(chat_id=ana.person.id)
            found = await client.post(url_of(telegram, "getChat"), chat)
            assert isinstance(found, dict)
            assert found["first_name"] == "Ana"


class TestJson:
    def test_that_is_no_object_is_refused(self) -> None:
        with pytest.raises(TelegramError, match="Invalid server response"):
            parse_quietly(b"[1]")

    def test_takes_what_orjson_alone_wouldnt(self) -> None:
        odd = {1: 2**70, "half": "\ud83d"}
        assert json.loads(_encoded(data(odd=odd, text="ñ"))) == {
            "odd": {"1": 2**70, "half": "\ud83d"},
            "text": "ñ",
        }


# ---------------------------------------------------------------- proxies and TLS


class Proxy:
    """A proxy that only counts: absolute addresses for http, CONNECT for https."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.url = ""
        self._server: asyncio.Server | None = None
        self._lines: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for line in self._lines:
            line.transport.abort()
        await asyncio.sleep(0.05)  # until the pumps have ended

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b" ", 2)
        self.asked.append(f"{method.decode()} {target.decode()}")
        address = target.decode().removeprefix("http://").partition("/")[0]
        host, _, port = address.rpartition(":")
        theirs, ours = await asyncio.open_connection(host, int(port))
        self._lines += [writer, ours]
        if method == b"CONNECT":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            ours.write(head)
        await asyncio.gather(_pump(reader, ours), _pump(theirs, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


class TestAProxy:
    @pytest.mark.parametrize("kind", CLIENTS)
    async def test_is_gone_through(
        self, telegram: Emulator, kind: Callable[..., StockRequest | AiohttpRequest]
    ) -> None:
        async with Proxy() as proxy, kind(**QUICK, proxy=proxy.url) as client:
            assert isinstance(await client.post(url_of(telegram), data()), dict)
            assert proxy.asked == [f"POST {url_of(telegram)}"]

    @pytest.mark.parametrize("kind", CLIENTS)
    async def test_that_is_away_means_that_nothing_left(
        self, telegram: Emulator, kind: Callable[..., StockRequest | AiohttpRequest]
    ) -> None:
        async with kind(**QUICK, proxy="http://127.0.0.1:9") as client:
            assert await outcome(client, url_of(telegram)) == ("NetworkError", "", repr(TryLater))

    async def test_of_the_environment_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.upper(), raising=False)
        assert environment_proxy("https://api.telegram.org") is None
        monkeypatch.setenv("ALL_PROXY", "http://all:3128")
        assert environment_proxy("https://api.telegram.org") == "http://all:3128"
        monkeypatch.setenv("HTTPS_PROXY", "http://secure:3128")
        assert environment_proxy("https://api.telegram.org") == "http://secure:3128"
        monkeypatch.setenv("NO_PROXY", "telegram.org")
        assert environment_proxy("https://api.telegram.org") is None


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of this machine that nobody trusts, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    local = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(local, critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return paths


@pytest.fixture
async def secure(certificate: tuple[Path, Path]) -> AsyncIterator[tuple[str, list[object]]]:
    """A server behind TLS: its address, and who has connected."""
    connections: list[object] = []

    async def handle(request: web.BaseRequest) -> web.Response:
        assert request.transport is not None
        connections.append(request.transport.get_extra_info("peername"))
        return web.Response(body=orjson.dumps({"ok": True, "result": True}))

    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(*certificate)
    runner = web.ServerRunner(web.Server(handle), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    yield f"https://127.0.0.1:{runner.addresses[0][1]}/bot1:x/getMe", connections
    await runner.cleanup()


class TestTls:
    async def test_keeps_one_connection_for_many_calls(
        self, secure: tuple[str, list[object]], certificate: tuple[Path, Path]
    ) -> None:
        url, connections = secure
        trusted = ssl.create_default_context(cafile=certificate[0])
        async with AiohttpRequest(tls=trusted) as client:
            for _ in range(3):
                assert await client.post(url, data(text="Hello")) is True
        assert (len(connections), len(set(connections))) == (3, 1)

    async def test_goes_through_a_proxy(
        self, secure: tuple[str, list[object]], certificate: tuple[Path, Path]
    ) -> None:
        trusted = ssl.create_default_context(cafile=certificate[0])
        async with Proxy() as proxy, AiohttpRequest(tls=trusted, proxy=proxy.url) as client:
            assert await client.post(secure[0]) is True
            assert proxy.asked[0].startswith("CONNECT 127.0.0.1:")

    @pytest.mark.parametrize("kind", CLIENTS)
    async def test_refuses_a_certificate_that_nobody_trusts(
        self, secure: tuple[str, list[object]], kind: Callable[..., StockRequest | AiohttpRequest]
    ) -> None:
        async with kind(**QUICK) as client:
            assert await outcome(client, secure[0]) == ("NetworkError", "", repr(TryLater))
        assert secure[1] == []


@pytest.mark.parametrize("stock", [True, False])
async def test_the_wire_works_with_either(telegram: Emulator, *, stock: bool) -> None:
    async with Wire(telegram.token, telegram.url, stock=stock) as wire:
        assert (await wire.me()).username == "attune_bot"
