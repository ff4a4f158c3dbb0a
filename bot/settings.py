"""Every variable, typed: the environment and `.env` are read here, once, and nothing below reads them.

Law: a wrong setting is one sentence with its remedy, before anything is opened; and a secret is never
shown, neither by `repr` nor by an error.
"""

import difflib
import os
import re
from datetime import timedelta
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, Field, SecretStr, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
from bot.privacy import ADDRESS_AGE, BACKUP_AGE, parse_keys, read_or_make_keys

ENV_FILE: Final = Path(".env")
TOKEN: Final = re.compile(r"\d+:[\w-]{10,}", re.ASCII)
"""The shape of a bot token, so that a slip in copying is told at once, without asking Telegram."""
SECRETS: Final = ("telegram_bot_token", "webhook_secret", "privacy_key", "database_url", "metrics_token")
"""Each may also be given as NAME_FILE, the way container platforms hand over secrets."""


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class LogFormat(StrEnum):
    """How a log line looks."""

    CONSOLE = "console"
    JSON = "json"


class TelegramWire(StrEnum):
    """The HTTP client that calls Telegram."""

    AIOHTTP = "aiohttp"
    HTTPX = "httpx"


def _database(url: SecretStr) -> SecretStr:
    if not re.match(r"sqlite:///.|postgresql://.|memory:", url.get_secret_value()):
        raise ValueError("it begins with sqlite:/// or postgresql://")
    return url


Url = Annotated[
    str, StringConstraints(pattern=r"^https?://[^\s/]+[^\s]*$"), AfterValidator(lambda it: it.rstrip("/"))
]


class Settings(BaseSettings):
    """The settings of one run. A field's description is its remedy."""

    model_config = SettingsConfigDict(
        env_file_encoding="utf-8-sig",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=False,
    )

    telegram_bot_token: SecretStr | None = Field(
        default=None, description="Ask @BotFather in Telegram for one: /newbot, then copy the token."
    )
    telegram_bot_token_file: Path | None = Field(
        default=None, description="A file that holds the token and nothing else."
    )
    telegram_api_url: Url = Field(
        default="https://api.telegram.org", description="Write https://api.telegram.org, or leave it out."
    )
    telegram_wire: TelegramWire = Field(
        default=TelegramWire.AIOHTTP, description="aiohttp, or httpx: python-telegram-bot's own client."
    )
    database_url: Annotated[SecretStr, AfterValidator(_database)] = Field(
        default=SecretStr("sqlite:///attune.db"),
        description="Write sqlite:///attune.db for a file in this folder.",
    )
    database_url_file: Path | None = Field(
        default=None, description="A file that holds DATABASE_URL and nothing else."
    )
    questionnaires: Path | None = Field(default=None, description="A folder that holds questionnaires.")
    organisations: Path | None = Field(default=None, description="A folder that holds organisations.")
    default_questionnaire: str = Field(
        default="health-mindset", description="The id of a questionnaire: the name of its folder."
    )
    free_text: bool = Field(
        default=False,
        description="true, to ask the questions that people answer in their own words;"
        " without it they are left out.",
    )
    public_url: Url | None = Field(
        default=None, description="The address under which the world reaches this server: https://…"
    )
    webhook_secret: Annotated[SecretStr, Field(min_length=16, max_length=256)] | None = Field(
        default=None, description="16 to 256 characters of A-Z, a-z, 0-9, _ and -."
    )
    webhook_secret_file: Path | None = Field(
        default=None, description="A file that holds WEBHOOK_SECRET and nothing else."
    )
    host: str = Field(default="127.0.0.1", description="The address that the web server listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="A number from 0 to 65535.")
    privacy_key: SecretStr | None = Field(
        default=None, description="32 random bytes in base64; leave it out and a key is made."
    )
    privacy_key_file: Path | None = Field(
        default=None, description="A file for the key, in another folder than the database."
    )
    retention_days: int | None = Field(
        default=None, ge=1, description="A number of days, or leave it out to keep answers until erased."
    )
    address_days: int = Field(
        default=ADDRESS_AGE.days, ge=1, le=365, description="A number of days from 1 to 365."
    )
    flood_burst: int = Field(
        default=40, ge=1, le=10_000, description="A number of taps from 1 to 10000; 40 is a whole interview."
    )
    flood_per_s: float = Field(
        default=5.0, gt=0, le=1000, allow_inf_nan=False, description="A number of taps a second, such as 5."
    )
    backup_days: int = Field(
        default=BACKUP_AGE.days,
        ge=1,
        le=365,
        description="Days that the oldest backup is kept: 1 to 365.",
    )
    erasure_ledger: Path | None = Field(
        default=None, description="A folder for the ledger of erasures, on another disk than the database."
    )
    operator_chat: int | None = Field(
        default=None,
        description="The number of the Telegram chat that alarms go to; send the bot /start there.",
    )
    disk_warning_mb: int = Field(
        default=500, ge=1, description="Megabytes that must be free on the disk of the database."
    )
    metrics_token: Annotated[SecretStr, Field(min_length=16, max_length=256)] | None = Field(
        default=None, description="16 to 256 characters that whoever reads /metrics sends as a bearer token."
    )
    metrics_token_file: Path | None = Field(
        default=None, description="A file that holds METRICS_TOKEN and nothing else."
    )
    log_level: LogLevel = Field(default=LogLevel.INFO, description="DEBUG, INFO, WARNING or ERROR.")
    log_format: LogFormat = Field(default=LogFormat.CONSOLE, description="console or json.")
    xdg_state_home: Path | None = Field(
        default=None, description="The user's folder for what programs remember; usually left alone."
    )

    @classmethod
    def read(cls, env_file: Path | None = ENV_FILE) -> Self:
        """Read the environment and `.env`; raise `SettingsError` for the first thing that can't be right."""
        try:
            return cls(_env_file=env_file)
        except ValidationError as error:
            raise _sentence(error.errors(include_url=False, include_input=False)[0]) from None
        except UnicodeDecodeError:
            raise SettingsError(f"{env_file} isn't a text file.", remedy="Save it as UTF-8.") from None

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, given: Any) -> Any:
        """Take each secret from its file where NAME_FILE is given instead of NAME."""
        values = dict(given)
        for name in SECRETS:
            path = values.get(f"{name}_file")
            if path is None:
                continue
            if name in values:
                raise _both(name)
            if name != "privacy_key":  # that one is made where it is missing
                values[name] = _contents(name, Path(path))
        return values

    # ------------------------------------------------------------ what they amount to

    @property
    def database(self) -> str:
        """Return DATABASE_URL, with its password if it has one."""
        return self.database_url.get_secret_value()

    @property
    def database_file(self) -> Path | None:
        """Return the file of a SQLite database."""
        scheme, _, path = self.database.partition(":///")
        return Path(path) if scheme == "sqlite" else None

    @property
    def token(self) -> str:
        """Return the bot token; raise `SettingsError` where there is none."""
        if self.telegram_bot_token is None:
            remedy = "Ask @BotFather in Telegram (/newbot) and write it into `.env`: TELEGRAM_BOT_TOKEN=…"
            raise SettingsError("There is no bot token.", remedy=remedy)
        token = self.telegram_bot_token.get_secret_value().strip()
        if not TOKEN.fullmatch(token):
            remedy = "Copy it whole from @BotFather in Telegram (/mybots, API Token): digits, colon, letters."
            raise SettingsError("The bot token doesn't look like one.", remedy=remedy)
        return token

    @property
    def webhook_address(self) -> str:
        """Return where Telegram calls us; raise `SettingsError` where it can't."""
        if self.public_url is None:
            remedy = "Set PUBLIC_URL to the https:// address under which the world reaches this server."
            raise SettingsError("A webhook needs an address that Telegram can call.", remedy=remedy)
        return self.public_url

    @property
    def secret_of_webhook(self) -> str:
        """Return what only Telegram and every worker know; raise `SettingsError` where there is none."""
        if self.webhook_secret is None:
            remedy = "Set WEBHOOK_SECRET to 32 random letters and digits, the same for every worker."
            raise SettingsError("A webhook needs a secret, so that nobody else can call it.", remedy=remedy)
        return self.webhook_secret.get_secret_value()

    @property
    def links_at(self) -> str | None:
        """Return where tracked links are opened from anywhere, or None: then links are plain."""
        return self.public_url if self.public_url and self.public_url.startswith("https://") else None

    @property
    def questionnaires_folder(self) -> Path:
        """Return the folder of questionnaires: the one set, the one here, or the shipped one."""
        return self.questionnaires or _here_or_shipped("questionnaires")

    @property
    def organisations_folder(self) -> Path:
        """Return the folder of organisations, found the same way."""
        return self.organisations or _here_or_shipped("organisations")

    @property
    def address_age(self) -> timedelta:
        """Return how long after an interview its address is kept."""
        return timedelta(days=self.address_days)

    @property
    def retention(self) -> timedelta | None:
        """Return how long answers are kept, or None: until somebody erases them."""
        return None if self.retention_days is None else timedelta(days=self.retention_days)

    @property
    def state_folder(self) -> Path:
        """Return the user's folder for what the program remembers apart from its database."""
        return (self.xdg_state_home or Path.home() / ".local" / "state") / "attune"

    @property
    def ledger_folder(self) -> Path:
        """Return the folder of the ledger of erasures, apart from the database."""
        return self.erasure_ledger or self.state_folder

    @property
    def backup_age(self) -> timedelta:
        """Return how long a backup may exist."""
        return timedelta(days=self.backup_days)

    @property
    def key_file(self) -> Path | None:
        """Return the file that the privacy key is in, or None where it was given itself."""
        if self.privacy_key is not None:
            return None
        return self.privacy_key_file or self.state_folder / "privacy.key"

    def master_keys(self) -> tuple[bytes, ...]:
        """Return the privacy key and those before it; make one where none was given.

        They are never kept beside the database.
        """
        if self.privacy_key is not None:
            return parse_keys(self.privacy_key.get_secret_value())
        path = self.privacy_key_file or self.state_folder / "privacy.key"
        database = self.database_file
        if database is not None and database.resolve().parent == path.resolve().parent:
            raise SettingsError(
                f"The privacy key {path} would lie beside the database.",
                remedy="Set PRIVACY_KEY_FILE to another folder: whoever copies one must not have the other.",
            )
        return read_or_make_keys(path)

    @staticmethod
    def terminal_person() -> str:
        """Return what tells this terminal's person apart; it becomes a pseudonym like any address."""
        return str(os.getuid()) if hasattr(os, "getuid") else "here"


def _here_or_shipped(kind: str) -> Path:
    here = Path(kind)
    if here.is_dir():
        return here
    package = Path(str(files("bot")))
    in_wheel = package / "_shipped" / kind
    return in_wheel if in_wheel.is_dir() else package.parent / kind


def _contents(name: str, path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it isn't text"
        raise SettingsError(
            f"{name.upper()}_FILE can't be read from {path}: {reason}.",
            remedy="Give this account the right to read it, or correct the path.",
        ) from None


def _both(name: str) -> SettingsError:
    upper = name.upper()
    return SettingsError(f"{upper} and {upper}_FILE are both set.", remedy="Leave one of them out.")


def _sentence(error: ErrorDetails) -> SettingsError:
    """Say a problem in one sentence: which variable, what is wrong, what to do."""
    name = str(error["loc"][0])
    field = Settings.model_fields.get(name)
    if field is None:
        near = difflib.get_close_matches(
            name.upper(), [known.upper() for known in Settings.model_fields], n=1
        )
        meant = f"Did you mean {near[0]}?" if near else "`.env.example` lists every setting."
        return SettingsError(f"`.env` has a setting that isn't known: {name.upper()}.", remedy=meant)
    reason = error["msg"].removeprefix("Value error, ")
    return SettingsError(
        f"{name.upper()} can't be used: {reason[:1].lower()}{reason[1:]}.", remedy=field.description or ""
    )
