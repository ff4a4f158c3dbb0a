"""The operator's commands, as somebody types them in an empty folder."""

import asyncio
import base64
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app, checkup
from bot.cli.quoted import read_aloud
from bot.conversation.events import Commanded, Started
from bot.errors import OperatorError
from bot.privacy import Keys
from bot.settings import Settings
from bot.storage.files import Ownership
from bot.turns import Desk, Incoming, take_turn
from tests.emulator import Emulator

pytestmark = pytest.mark.slow  # each puts a house together and takes it apart

FOLDERS = ("QUESTIONNAIRES", "ORGANISATIONS")


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, root: Path) -> None:
    """Run everything on a database in this folder, with a state folder of its own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in FOLDERS:
        monkeypatch.setenv(name, str(root / name.lower()))


def attune(*arguments: str, typed: str | None = None) -> Result:
    """Run a command."""
    return CliRunner().invoke(app, [*arguments], input=typed)


def refused(*arguments: str) -> str:
    """Run a command that ends with a sentence for its user; return that."""
    done = attune(*arguments)
    assert isinstance(done.exception, OperatorError), (done.output, done.exception)
    return str(done.exception)


async def _interviewed(names: tuple[str, ...]) -> dict[str, str]:
    from bot.cli.roof import open_desk  # noqa: PLC0415 - reads the environment of the test

    codes = {}
    async with open_desk(Settings.read()) as desk:
        for name in names:
            heard = Started(desk.clock(), f"seed of {name}", "web", "en", "")
            await take_turn(desk, Incoming("web", name, name, f"web:{name}", heard))
            codes[name] = await _code(desk, name)
    return codes


async def _code(desk: Desk, name: str) -> str:
    """Ask for help, and read the code that it says."""
    heard = Commanded(desk.clock(), "help", f"seed of {name} again")
    spoken = await take_turn(desk, Incoming("web", name, name, f"web:{name}:help", heard))
    found = re.search(r"[A-Z2-7]{4}-[A-Z2-7]{4}", spoken.messages[0].text)
    assert found, spoken.messages[0].text
    return found[0]


def interviewed(*names: str) -> dict[str, str]:
    """Interview people over the web; return the code that each is told in /help."""
    return asyncio.run(_interviewed(names))


def said(*arguments: str) -> dict[str, str]:
    """Return how each check of the doctor's ended."""
    done = attune("doctor", *arguments, "--json")
    return {one["id"]: one["state"] for one in json.loads(done.stdout)["checks"]}


class TestDoctor:
    def test_finds_nothing_wrong_with_a_new_installation(self) -> None:
        interviewed("ana")
        done = attune("doctor")
        assert done.exit_code == 0, done.output
        states = said()
        assert {name for name, state in states.items() if state != "ok"} == {"token", "operator"}
        assert states.keys() == set(checkup.IDS) - {"webhook"}

    def test_names_a_setting_that_cannot_be_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ADDRESS_DAYS", "many")
        done = attune("doctor")
        assert done.exit_code == 1
        assert "FAIL  settings" in done.output

    def test_fails_on_another_key(self, monkeypatch: pytest.MonkeyPatch) -> None:
        interviewed("ana")
        monkeypatch.setenv("PRIVACY_KEY", base64.b64encode(bytes(32)).decode())
        assert attune("doctor").exit_code == 1
        assert said()["key"] == "fail"

    def test_fails_on_a_damaged_database(self, tmp_path: Path) -> None:
        interviewed("ana")
        database = tmp_path / "attune.db"
        body = bytearray(database.read_bytes())
        for page in range(3 * 4096, len(body), 4096):
            body[page : page + 64] = b"\xff" * 64
        database.write_bytes(body)
        assert attune("doctor").exit_code == 1
        states = said()
        assert "fail" in {states.get("integrity"), states.get("database")}

    def test_fails_on_an_older_schema_and_leaves_it_alone(self, tmp_path: Path) -> None:
        interviewed("ana")
        with closing(sqlite3.connect(tmp_path / "attune.db")) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = '0001'")
        assert said()["schema"] == "fail"
        with closing(sqlite3.connect(tmp_path / "attune.db")) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)

    def test_fails_on_a_small_disk(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DISK_WARNING_MB", str(10**9))
        assert said()["disk"] == "fail"

    def test_warns_of_parked_updates_by_their_shape(self, tmp_path: Path) -> None:
        interviewed("ana")
        with closing(sqlite3.connect(tmp_path / "attune.db")) as connection, connection:
            row = ("tg:1", "message", '["text"]', "KeyError", 1_780_000_000_000_000)
            connection.execute(
                "INSERT INTO parked (key, kind, fields, error, at) VALUES (?, ?, ?, ?, ?)", row
            )
        done = attune("doctor")
        assert "1 x message (text): KeyError" in done.output
        assert said()["parked"] == "warn"

    def test_fails_on_a_ledger_that_cannot_be_kept(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        interviewed("ana")
        (tmp_path / "file").touch()
        monkeypatch.setenv("ERASURE_LEDGER", str(tmp_path / "file"))
        assert said()["ledger"] == "fail"

    def test_warns_where_a_consent_text_promises_fewer_days(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ADDRESS_DAYS", "31")
        assert said()["promises"] == "warn"
        assert "says 30 days, but ADDRESS_DAYS is 31" in attune("check").stderr

    async def test_asks_telegram(self, telegram: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", telegram.token)
        monkeypatch.setenv("TELEGRAM_API_URL", telegram.url)
        done = await asyncio.to_thread(attune, "doctor")
        assert "Telegram knows the bot" in done.output
        assert "No webhook is set" in done.output
        assert telegram.token not in done.output
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1:not-the-right-one")
        done = await asyncio.to_thread(attune, "doctor")
        assert done.exit_code == 1
        assert "FAIL  token" in done.output


class TestACode:
    def test_tells_where_somebody_stands_and_never_an_answer(self) -> None:
        code = interviewed("Quorvandel")["Quorvandel"]
        done = attune("doctor", code.lower().replace("-", " "))
        assert done.exit_code == 0, done.output
        assert "step=welcome" in done.output
        assert "Quorvandel" not in done.output
        told = json.loads(attune("doctor", code, "--json").stdout)
        assert told["log"].startswith(f"who={code.replace('-', '').lower()}")
        assert told["interview"][0]["latest"][0].startswith("Began ")

    def test_of_a_fault_tells_which(self, tmp_path: Path) -> None:
        from bot.channels.telegram.inbox import fault_code  # noqa: PLC0415 - only here

        interviewed("ana")
        with closing(sqlite3.connect(tmp_path / "attune.db")) as connection, connection:
            row = ("tg:77", "Tapped", "[]", "ZeroDivisionError", 1_780_000_000_000_000)
            connection.execute(
                "INSERT INTO parked (key, kind, fields, error, at) VALUES (?, ?, ?, ?, ?)", row
            )
        told = json.loads(attune("doctor", fault_code("tg:77"), "--json").stdout)
        assert (told["error"], told["heard"]) == ("ZeroDivisionError", "Tapped")

    def test_that_nobody_has_is_one_sentence(self) -> None:
        interviewed("ana")
        assert "Nobody is known by that code" in refused("doctor", "AAAA-AAAA")
        assert "No fault AAAAAA" in refused("doctor", "AAAAAA")
        assert "has 8 letters" in refused("doctor", "AAA")

    @pytest.mark.parametrize("typed", ["k7qf-2m9d", "K7QF 2M9D", " k 7 q f 2 m 9 d "])
    def test_is_read_however_it_is_spaced(self, typed: str) -> None:
        assert read_aloud(typed) == read_aloud("K7QF2M9D")

    def test_is_read_in_spite_of_digits_that_cannot_be_in_it(self) -> None:
        assert read_aloud("0123-4568") == "OI23456B"


class TestForget:
    def test_erases_by_the_code_and_leaves_the_others(self) -> None:
        codes = interviewed("ana", "ben")
        done = attune("forget", codes["ana"], typed="y\n")
        assert done.exit_code == 0, done.output
        assert "verified in the files" in done.output
        assert "Nobody is known" in refused("doctor", codes["ana"])
        assert attune("doctor", codes["ben"]).exit_code == 0

    def test_erases_by_a_response_id(self, tmp_path: Path) -> None:
        code = interviewed("ana")["ana"]
        with closing(sqlite3.connect(tmp_path / "attune.db")) as connection:
            ((response,),) = connection.execute("SELECT response_id FROM session").fetchall()
        assert attune("forget", response, "--yes").exit_code == 0
        assert "Nobody is known" in refused("doctor", code)

    def test_asks_first(self) -> None:
        code = interviewed("ana")["ana"]
        assert attune("forget", code, typed="n\n").exit_code == 1
        assert attune("doctor", code).exit_code == 0


def test_retention_shows_what_would_go_and_then_lets_it_go(monkeypatch: pytest.MonkeyPatch) -> None:
    interviewed("ana", "ben")
    monkeypatch.setattr("bot.privacy.UNCONSENTED_AGE", -1 * Settings.read().address_age)
    kept = json.loads(attune("retention", "--json").stdout)["kept"]
    assert kept[0]["due"] == 2
    assert kept[0]["due"] == json.loads(attune("retention", "--json").stdout)["kept"][0]["due"]
    done = attune("retention", "--apply")
    assert "2 gone now" in done.output
    assert json.loads(attune("retention", "--json").stdout)["kept"][0]["due"] == 0


class TestBackup:
    def test_is_made_rehearsed_and_put_back(self, tmp_path: Path) -> None:
        code = interviewed("ana", "ben")["ana"]
        told = json.loads(attune("backup", "b.db", "--json").stdout)
        assert (told["people"], told["interviews"]) == (2, 2)
        assert attune("forget", code, "--yes").exit_code == 0
        before = (tmp_path / "attune.db").stat().st_mtime_ns
        done = attune("restore", "b.db", "--rehearse")
        assert "Erased again: 1 people by the ledger" in done.output, done.output
        assert (tmp_path / "attune.db").stat().st_mtime_ns == before
        done = attune("restore", "b.db")
        assert done.exit_code == 0, done.output
        assert "Nobody is known" in refused("doctor", code)
        assert said()["copies"] == "warn"  # what was there before is kept, and that is told

    def test_holds_no_key_and_names_the_one_it_needs(self, tmp_path: Path) -> None:
        interviewed("ana")
        done = attune("backup", "b.db")
        fingerprint = Keys(*Settings.read().master_keys()).fingerprint
        assert fingerprint[:8] in done.output
        body = (tmp_path / "b.db").read_bytes()
        assert Settings.read().master_keys()[0] not in body
        assert base64.b64encode(Settings.read().master_keys()[0]) not in body

    def test_of_a_server_is_the_servers_own(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        code = interviewed("ana")["ana"]
        attune("forget", code, "--yes")
        monkeypatch.setenv("DATABASE_URL", "postgresql://attune:hush@db.example.org/attune")
        done = attune("backup", "server.dump")
        command = "pg_dump --format=custom --file=server.dump postgresql://attune@db.example.org/attune"
        assert command in done.output
        assert "hush" not in done.output
        (ledger,) = tmp_path.glob("server.dump.erased-*.txt")
        assert len(ledger.read_text().split()) == 3


class TestTheDatabase:
    def test_says_what_it_is(self) -> None:
        interviewed("ana")
        told = json.loads(attune("database", "status", "--json").stdout)
        assert told["schema"] == told["newest_schema"]
        assert (told["sound"], told["pending"], told["rows"]["person"]) == ("ok", False, 1)

    def test_is_brought_to_this_version(self) -> None:
        interviewed("ana")
        assert "the one of this version" in attune("database", "upgrade").output
        Path("attune.db").unlink()
        assert "There is no database" in refused("database", "status")


class TestTheKey:
    def test_is_rotated_and_people_keep_their_interview(self, tmp_path: Path) -> None:
        interviewed("ana")
        before = Keys(*Settings.read().master_keys())
        done = attune("key", "rotate", typed="y\n")
        assert done.exit_code == 0, done.output
        keys = Keys(*Settings.read().master_keys())
        assert keys.earlier is not None
        assert keys.earlier.fingerprint == before.fingerprint
        with closing(sqlite3.connect(tmp_path / "attune.db")) as connection:
            people = connection.execute("SELECT person_id FROM person").fetchall()
        assert people == [(keys.person("web", "ana"),)]

    def test_that_was_changed_and_not_carried_is_told_and_finished(self) -> None:
        """The program ended between the key file and the database."""
        from bot.privacy import add_key  # noqa: PLC0415 - only here

        interviewed("ana")
        path = Settings.read().key_file
        assert path is not None
        add_key(path)
        assert said()["key"] == "fail"
        assert "finish" in refused("retention")
        assert attune("key", "rotate").exit_code == 0
        assert said()["key"] == "ok"
        assert len(Settings.read().master_keys()) == 2

    def test_is_left_alone_while_somebody_uses_the_database(self, tmp_path: Path) -> None:
        """Nothing was begun that would have to be finished."""
        interviewed("ana")
        ownership = Ownership(tmp_path / "attune.db")
        assert ownership.take()
        before = Settings.read().master_keys()
        assert "is in use" in refused("key", "rotate", "--yes")
        assert Settings.read().master_keys() == before
        ownership.release()

    def test_that_stands_in_no_file_is_explained(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PRIVACY_KEY", base64.b64encode(bytes(32)).decode())
        interviewed("ana")
        assert "openssl rand -base64 32" in refused("key", "rotate", "--yes")
