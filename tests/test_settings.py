"""Every variable typed, every mistake one sentence with its remedy, no secret shown."""

import base64
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import SECRETS, Settings
from tests.conftest import ROOT, settings_named_in_the_example

KEY = base64.b64encode(bytes(range(32))).decode()
TOKEN = "123456:planted-token-0123456789-abcdefghij"


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting at all but what a test gives."""
    for name in Settings.model_fields:
        if name != "xdg_state_home":
            monkeypatch.delenv(name.upper(), raising=False)


def env_file(*lines: str) -> None:
    Path(".env").write_text("\n".join(lines), "utf-8")


class TestReading:
    def test_nothing_is_needed(self) -> None:
        settings = Settings.read()
        assert settings.database == "sqlite:///attune.db"
        assert settings.database_file == Path("attune.db")
        assert (settings.host, settings.port) == ("127.0.0.1", 8000)
        assert settings.address_age == timedelta(days=30)
        assert settings.retention is None
        assert settings.default_questionnaire == "health-mindset"

    def test_the_environment_goes_before_the_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        env_file("PORT=1", "HOST=0.0.0.0")
        monkeypatch.setenv("PORT", "2")
        settings = Settings.read()
        assert (settings.host, settings.port) == ("0.0.0.0", 2)  # noqa: S104 - a setting, nothing is opened

    def test_an_empty_value_is_none(self) -> None:
        """A copy of `.env.example` with a line left open works."""
        env_file("TELEGRAM_BOT_TOKEN=", "RETENTION_DAYS=")
        assert Settings.read().telegram_bot_token is None

    @pytest.mark.parametrize("name", [name for name in SECRETS if name != "privacy_key"])
    def test_a_secret_may_come_from_a_file(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        value = "sqlite:///elsewhere.db" if name == "database_url" else "0123456789abcdef"
        Path("secret").write_text(value + "\n", "utf-8")
        monkeypatch.setenv(f"{name.upper()}_FILE", "secret")
        assert getattr(Settings.read(), name).get_secret_value() == value

    def test_folders_are_the_ones_here_or_the_shipped_ones(self) -> None:
        assert Settings.read().questionnaires_folder == ROOT / "questionnaires"
        Path("questionnaires").mkdir()
        assert Settings.read().questionnaires_folder == Path("questionnaires")
        env_file("QUESTIONNAIRES=mine")
        assert Settings.read().questionnaires_folder == Path("mine")

    def test_the_example_names_every_setting(self) -> None:
        told = settings_named_in_the_example()
        assert {name.upper() for name in Settings.model_fields} - {"XDG_STATE_HOME"} <= told
        example = (ROOT / ".env.example").read_text("utf-8")
        assert all(line.startswith("#") or "=" in line for line in example.splitlines() if line)

    def test_the_example_works_as_it_stands(self) -> None:
        env_file((ROOT / ".env.example").read_text("utf-8"))
        assert Settings.read() == Settings.read(None)


class TestMistakes:
    @pytest.mark.parametrize(
        ("line", "sentence"),
        [
            ("PORT=eighty", "PORT can't be used: input should be a valid integer"),
            ("PORT=70000", "PORT can't be used: input should be less than or equal to 65535"),
            ("LOG_LEVEL=LOUD", "LOG_LEVEL can't be used"),
            ("LOG_FORMAT=xml", "LOG_FORMAT can't be used"),
            ("DATABASE_URL=mysql://x", "DATABASE_URL can't be used: it begins with sqlite:///"),
            ("TELEGRAM_API_URL=ftp://x", "TELEGRAM_API_URL can't be used"),
            ("ADDRESS_DAYS=0", "ADDRESS_DAYS can't be used"),
            ("TELEGRAM_TOKEN=x", "isn't known: TELEGRAM_TOKEN. Did you mean TELEGRAM_BOT_TOKEN?"),
            ("QQQ=x", "isn't known: QQQ. `.env.example` lists every setting."),
        ],
    )
    def test_are_one_sentence_and_a_remedy(self, line: str, sentence: str) -> None:
        env_file(line)
        with pytest.raises(SettingsError) as caught:
            Settings.read()
        assert sentence in str(caught.value)
        assert caught.value.remedy
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("name", SECRETS)
    def test_a_secret_given_twice_is_refused(self, name: str) -> None:
        env_file(f"{name.upper()}=a-secret-of-16-characters", f"{name.upper()}_FILE=somewhere")
        with pytest.raises(SettingsError, match=f"{name.upper()} and {name.upper()}_FILE are both set"):
            Settings.read()

    def test_a_missing_secret_file_is_named(self) -> None:
        env_file("TELEGRAM_BOT_TOKEN_FILE=nowhere")
        with pytest.raises(SettingsError, match="TELEGRAM_BOT_TOKEN_FILE can't be read from nowhere"):
            Settings.read()

    def test_a_file_that_isnt_text_is_named(self) -> None:
        Path(".env").write_bytes(b"PORT=\xff\xfe")
        with pytest.raises(SettingsError, match="isn't a text file"):
            Settings.read()

    def test_a_missing_token_says_where_to_get_one(self) -> None:
        with pytest.raises(SettingsError, match=r"no bot token.*BotFather"):
            _ = Settings.read().token


class TestSecrets:
    def test_are_never_shown(self) -> None:
        env_file(f"TELEGRAM_BOT_TOKEN={TOKEN}", f"PRIVACY_KEY={KEY}", "DATABASE_URL=postgresql://u:hush@h/d")
        settings = Settings.read()
        for text in (repr(settings), str(settings), settings.model_dump_json()):
            assert "planted" not in text
            assert KEY not in text
            assert "hush" not in text
        assert settings.token == TOKEN

    def test_are_not_in_errors(self) -> None:
        env_file(f"TELEGRAM_BOT_TOKEN={TOKEN}", "DATABASE_URL=mysql://u:hush@h/d")
        with pytest.raises(SettingsError) as caught:
            Settings.read()
        assert "hush" not in f"{caught.value} {caught.value.__cause__} {caught.value!r}"


class TestThePrivacyKey:
    def test_may_be_given(self) -> None:
        env_file(f"PRIVACY_KEY={KEY}")
        settings = Settings.read()
        assert settings.master_keys() == (bytes(range(32)),)
        assert settings.key_file is None

    def test_is_made_once_in_the_users_state_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
        settings = Settings.read()
        path = tmp_path / "state" / "attune" / "privacy.key"
        key = settings.master_keys()
        assert settings.key_file == path
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert Settings.read().master_keys() == key

    def test_may_have_a_file_of_its_own(self) -> None:
        Path("keys").mkdir()
        env_file("PRIVACY_KEY_FILE=keys/mine")
        assert Settings.read().master_keys() == Settings.read().master_keys()
        assert Path("keys/mine").exists()

    @pytest.mark.parametrize("place", ["privacy.key", "./privacy.key"])
    def test_is_never_kept_beside_the_database(self, place: str) -> None:
        env_file(f"PRIVACY_KEY_FILE={place}")
        with pytest.raises(SettingsError, match=r"beside the database.*whoever copies one"):
            Settings.read().master_keys()
        assert not Path("privacy.key").exists()
