"""Who is who, known only to whoever holds the key.

Law: this module alone turns an identity into a pseudonym, seals what must be kept of an address, and takes
random bytes. The master key stays apart from the database and from its backups. Each purpose has a key of its
own (HKDF-SHA256), so that what one file holds can't be joined with another; a sealed text opens only in the
row that it was sealed for.

Keys form a chain where one took another's place: a pseudonym is made by the oldest from the address, and by
each newer one from the pseudonym before. So every pseudonym can be made anew without any address, everybody
stays recognised, and whoever knows only an older key recognises nobody.
"""

import base64
import binascii
import contextlib
import hmac
import os
import secrets
from collections.abc import Hashable
from datetime import timedelta
from pathlib import Path
from stat import S_IMODE, S_IRWXG, S_IRWXO
from typing import Final, Never, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import AttuneError, SettingsError

ADDRESS_AGE: Final = timedelta(days=30)
"""How long after an interview its person's address is kept."""
UNCONSENTED_AGE: Final = timedelta(hours=24)
"""How long an interview without consent is kept."""
RECEIPT_AGE: Final = timedelta(hours=24)
"""How long the address of an erasure's receipt is kept, if it can't be sent."""
HEARD_AGE: Final = timedelta(days=7)
"""How long the key of something heard is kept; Telegram repeats an update for one day."""
PARKED_AGE: Final = timedelta(days=30)
"""How long the shape of an update that couldn't be parsed is kept."""

BACKUP_AGE: Final = timedelta(days=30)
"""How long a backup may exist, and so how long the ledger remembers that somebody was erased."""

KEY_BYTES: Final = 32
QUOTED: Final = 8  # letters of the code that a person may quote
_NONCE_BYTES: Final = 12  # 96 bits, as AES-GCM wants it
_MET: Final = 1024  # people who are at hand; then they are forgotten, all at once
Name = TypeVar("Name", bound=Hashable)

_FORMAT: Final = b"\x01"  # first byte of everything sealed, and part of what it is bound to


class SealBroken(AttuneError):
    """A sealed text was changed, moved to another row, or made with another key."""


class Keys:
    """The keys of this installation, each for one purpose, drawn from one master key and those before it."""

    __slots__ = ("_answered_at", "_ledger", "_log", "_met", "_people", "_seals", "earlier", "fingerprint")

    def __init__(self, master: bytes, *older: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise SettingsError(
                f"A privacy key has {KEY_BYTES} bytes, this one has {len(master)}.", remedy=_REMEDY
            )
        self.earlier: Final = Keys(*older) if older else None
        """The keys as they were before the newest took over."""
        before = self.earlier._people if self.earlier else ()  # noqa: SLF001 - its own kind
        self._people: tuple[bytes, ...] = (*before, _derived(master, "person"))
        self._log = _derived(master, "log")
        self._ledger = _derived(master, "ledger")
        self._seals = {table: AESGCM(_derived(master, table)) for table in ("address", "receipt", "words")}
        self._met: dict[str, str] = {}  # who was here lately: every tap asks for these two twice
        self._answered_at: dict[tuple[str, bytes], str] = {}
        self.fingerprint: Final = _fingerprint(master, self.earlier)
        """A check value that says whether two keys are the same, and nothing else about them."""

    def __repr__(self) -> str:
        return "Keys(<hidden>)"

    def __reduce__(self) -> Never:
        raise TypeError("keys aren't written anywhere")

    def person(self, channel: str, address: str) -> str:
        """Return the pseudonym of whoever is behind an address of a channel."""
        name = f"{channel}:{address}"
        known = self._met.get(name)
        if known is not None:
            return known
        person = name
        for key in self._people:
            person = _pseudonym(key, person)
        return _noted(self._met, name, person)

    def since(self, fingerprint: str) -> list["Keys"]:
        """Return the keys from the one of a fingerprint to these, or none where it isn't in the chain."""
        if self.fingerprint == fingerprint:
            return [self]
        before = self.earlier.since(fingerprint) if self.earlier else []
        return [*before, self] if before else []

    def renewed(self, person: str) -> str:
        """Return what somebody whom the keys before knew by a pseudonym is called now."""
        return _pseudonym(self._people[-1], person)

    def mark(self, person: str) -> str:
        """Return what the ledger of erasures holds of somebody: useless without the key and a pseudonym."""
        return _base32(hmac.digest(self._ledger, person.encode(), "sha256"))[:26].lower()

    def quoted(self, person: str) -> str:
        """Return the code that a person may quote: what a log calls them begins with it."""
        code = self.log_id(person)[:QUOTED].upper()
        return f"{code[:4]}-{code[4:]}"

    def log_id(self, person: str) -> str:
        """Return what a log calls a person: no pseudonym of the database, and useless without the key."""
        return _base32(hmac.digest(self._log, person.encode(), "sha256"))[:10].lower()

    def seal(self, text: str, row: str) -> bytes:
        """Encrypt a text for one row, named by `address_row`, `receipt_row` or `words_row`."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._seal_of(row).encrypt(nonce, text.encode(), _bound_to(row))

    def unseal(self, sealed: bytes, row: str) -> str:
        """Return the text that was sealed for this row; raise `SealBroken` for any other."""
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if not sealed.startswith(_FORMAT) or len(nonce) < _NONCE_BYTES:
            raise SealBroken("A sealed text has an unknown format.")
        try:
            return self._seal_of(row).decrypt(nonce, body, _bound_to(row)).decode()
        except InvalidTag:
            raise SealBroken(
                "A sealed text was changed, moved to another row, or made with another key."
            ) from None

    def address(self, person: str, sealed: bytes) -> str:
        """Return where a person is answered."""
        row = (person, sealed)
        known = self._answered_at.get(row)
        return known or _noted(self._answered_at, row, self.unseal(sealed, address_row(person)))

    def let_go(self) -> None:
        """Forget who is at hand: somebody was erased."""
        self._met.clear()
        self._answered_at.clear()

    @staticmethod
    def random_id() -> str:
        """Return 128 random bits as 32 characters: the seed of a session, or the id of an erasure."""
        return secrets.token_hex(16)

    def _seal_of(self, row: str) -> AESGCM:
        return self._seals[row.partition(":")[0]]


def _noted(lately: dict[Name, str], name: Name, text: str) -> str:
    """Keep a text at hand, and return it."""
    if len(lately) >= _MET:
        lately.clear()
    lately[name] = text
    return text


def address_row(person: str) -> str:
    """Name the row that holds a person's address, for `seal` and `unseal`."""
    return f"address:{person}"


def receipt_row(erasure: str) -> str:
    """Name the row that holds where an erasure's receipt goes, for `seal` and `unseal`."""
    return f"receipt:{erasure}"


def words_row(session: str, item: str) -> str:
    """Name the answer that a person gave in own words, for `seal` and `unseal`."""
    return f"words:{session}:{item}"


# ---------------------------------------------------------------- the master key

_REMEDY: Final = (
    "PRIVACY_KEY is 32 random bytes in base64. Without the right one nobody can be recognised and no address"
    " can be read: restore it from where you keep it, or leave PRIVACY_KEY empty and one is made for a new"
    " database."
)


def parse_keys(text: str) -> tuple[bytes, ...]:
    """Return the master key and those before it, the newest first: they stand in lines, or between commas."""
    parts = text.replace(",", " ").split()
    return tuple(map(parse_key, parts)) if len(parts) > 1 else (parse_key(text),)


def parse_key(text: str) -> bytes:
    """Return the master key from its base64 text (standard or URL-safe)."""
    compact = "".join(text.split()).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        key = base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except (ValueError, binascii.Error):
        raise SettingsError("The privacy key isn't base64.", remedy=_REMEDY) from None
    if len(key) != KEY_BYTES:
        raise SettingsError(f"The privacy key holds {len(key)} bytes instead of {KEY_BYTES}.", remedy=_REMEDY)
    return key


def read_or_make_keys(path: Path) -> tuple[bytes, ...]:
    """Return the keys from a file that only its owner can read, the newest first; make one where none is."""
    try:
        if not path.exists():
            _make_key_file(path)
        _refuse_shared(path)
        text = path.read_text("ascii")
    except UnicodeDecodeError:
        raise SettingsError(f"{path} isn't a privacy key.", remedy=_REMEDY) from None
    except OSError as error:
        raise SettingsError(
            f"The privacy key {path} can't be used: {error.strerror}.",
            remedy="Give this account the right to read it, or set PRIVACY_KEY_FILE to another place.",
        ) from error
    try:
        return parse_keys(text)
    except SettingsError as error:
        raise SettingsError(f"{path}: {error.message}", remedy=error.remedy) from None


def add_key(path: Path) -> None:
    """Put a new key before those in a file; whoever reads it meanwhile finds the old ones or all of them."""
    draft = _draft(path, f"{_new_key()}\n{path.read_text('ascii').strip()}\n")
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _draft(path: Path, text: str) -> Path:
    """Write a file whole beside its place, for its owner alone."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _make_key_file(path: Path) -> None:
    """Make the file whole under another name and link it into place: of two that start at once, one wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(path, f"{_new_key()}\n")
    try:
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def _refuse_shared(path: Path) -> None:
    mode = S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & (S_IRWXG | S_IRWXO):
        raise SettingsError(
            f"Others on this machine can read or change the privacy key {path} (mode {mode:04o}).",
            remedy=f"Run: chmod 600 {path}",
        )


def _derived(master: bytes, scope: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"attune/1/{scope}".encode()).derive(
        master
    )


def _pseudonym(key: bytes, name: str) -> str:
    return _base32(hmac.digest(key, name.encode(), "sha256")[:20])[:26]


def _fingerprint(master: bytes, earlier: Keys | None) -> str:
    """Return the check value of a chain: two that end alike and began otherwise recognise other people."""
    own = _derived(master, "fingerprint")
    return _base32(hmac.digest(own, earlier.fingerprint.encode(), "sha256") if earlier else own)[:26]


def _bound_to(row: str) -> bytes:
    return _FORMAT + row.encode()


def _base32(digest: bytes) -> str:
    return base64.b32encode(digest).decode().rstrip("=")
