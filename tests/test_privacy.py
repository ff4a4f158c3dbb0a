"""The law of `bot.privacy`, claim by claim."""

import base64
import hashlib
import hmac
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import SettingsError
from bot.privacy import (
    Keys,
    SealBroken,
    add_key,
    address_row,
    parse_key,
    parse_keys,
    read_or_make_keys,
    receipt_row,
)

MASTER = bytes(range(32))
OTHER = bytes(range(1, 33))


class TestPseudonyms:
    def test_are_what_the_reference_says(self) -> None:
        """It is base32(HMAC-SHA256(HKDF(master, person), channel:address)), cut to 26 characters."""
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"attune/1/person").derive(MASTER)
        expected = base64.b32encode(hmac.new(key, b"tg:4711", hashlib.sha256).digest())[:26].decode()
        assert Keys(MASTER).person("tg", "4711") == expected

    def test_differ_by_channel_address_and_key(self) -> None:
        keys = Keys(MASTER)
        people = {
            keys.person("tg", "1"),
            keys.person("web", "1"),
            keys.person("tg", "2"),
            Keys(OTHER).person("tg", "1"),
        }
        assert len(people) == 4

    def test_are_called_otherwise_in_logs(self) -> None:
        """A log's name for a person holds no part of the pseudonym, and changes with the key."""
        person = Keys(MASTER).person("tg", "1")
        name = Keys(MASTER).log_id(person)
        assert name == Keys(MASTER).log_id(person)
        assert name not in person.lower()
        assert name != Keys(OTHER).log_id(person)


class TestAChain:
    """A newer key took the place of an older one: `Keys(newest, older, …)`."""

    @given(address=st.text(max_size=40))
    def test_knows_everybody_whom_the_older_key_knew(self, address: str) -> None:
        """What was stored under the older key is renewed without the address."""
        chain = Keys(OTHER, MASTER)
        assert chain.renewed(Keys(MASTER).person("tg", address)) == chain.person("tg", address)
        assert chain.person("tg", address) != Keys(MASTER).person("tg", address)

    def test_is_of_no_use_to_whoever_knows_one_of_its_keys(self) -> None:
        keys = (Keys(MASTER), Keys(OTHER), Keys(OTHER, MASTER), Keys(MASTER, OTHER))
        assert len({one.person("tg", "1") for one in keys}) == 4

    def test_has_a_check_value_of_its_own(self) -> None:
        """A database of a chain isn't opened with its newest key alone: nobody would be recognised."""
        keys = (
            Keys(MASTER),
            Keys(OTHER),
            Keys(OTHER, MASTER),
            Keys(OTHER, OTHER),
            Keys(OTHER, OTHER, MASTER),
        )
        assert len({one.fingerprint for one in keys}) == len(keys)

    def test_knows_the_chain_that_it_was(self) -> None:
        earlier = Keys(OTHER, MASTER).earlier
        assert earlier is not None
        assert earlier.fingerprint == Keys(MASTER).fingerprint
        assert earlier.earlier is None

    def test_seals_and_marks_with_the_newest(self) -> None:
        chain, alone = Keys(OTHER, MASTER), Keys(OTHER)
        assert alone.unseal(chain.seal("here", address_row("P")), address_row("P")) == "here"
        assert chain.mark("P") == alone.mark("P") != Keys(MASTER).mark("P")

    def test_grows_in_its_file_and_forgets_nothing(self, tmp_path: Path) -> None:
        path = tmp_path / "privacy.key"
        (first,) = read_or_make_keys(path)
        add_key(path)
        newest, older = read_or_make_keys(path)
        assert older == first != newest
        assert path.stat().st_mode & 0o777 == 0o600
        assert [one.name for one in tmp_path.iterdir()] == ["privacy.key"]

    @pytest.mark.parametrize("between", ["\n", ",", " , ", "\r\n"])
    def test_is_read_from_one_text(self, between: str) -> None:
        text = between.join(base64.b64encode(key).decode() for key in (OTHER, MASTER))
        assert parse_keys(text) == (OTHER, MASTER)


class TestTheCodeThatAPersonQuotes:
    def test_is_the_beginning_of_what_a_log_calls_them(self) -> None:
        keys = Keys(MASTER)
        code = keys.quoted("P")
        assert re.fullmatch(r"[A-Z2-7]{4}-[A-Z2-7]{4}", code)
        assert keys.log_id("P").startswith(code.replace("-", "").lower())


class TestSeals:
    @given(text=st.text(max_size=300), person=st.text(max_size=40))
    def test_open_in_their_own_row(self, text: str, person: str) -> None:
        keys = Keys(MASTER)
        assert keys.unseal(keys.seal(text, address_row(person)), address_row(person)) == text

    def test_never_look_the_same_twice(self) -> None:
        keys = Keys(MASTER)
        assert keys.seal("4711", address_row("P")) != keys.seal("4711", address_row("P"))

    @pytest.mark.parametrize("row", [address_row("Q"), receipt_row("P")])
    def test_refuse_another_row(self, row: str) -> None:
        keys = Keys(MASTER)
        with pytest.raises(SealBroken):
            keys.unseal(keys.seal("4711", address_row("P")), row)

    def test_refuse_another_key(self) -> None:
        sealed = Keys(OTHER).seal("4711", address_row("P"))
        with pytest.raises(SealBroken):
            Keys(MASTER).unseal(sealed, address_row("P"))

    @given(at=st.integers(min_value=0, max_value=32), bit=st.integers(min_value=0, max_value=7))
    def test_refuse_any_changed_bit(self, at: int, bit: int) -> None:
        keys = Keys(MASTER)
        sealed = bytearray(keys.seal("4711", address_row("P")))
        sealed[at] ^= 1 << bit
        with pytest.raises(SealBroken):
            keys.unseal(bytes(sealed), address_row("P"))

    @pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(12), b"\x02" + bytes(40)])
    def test_refuse_what_was_never_sealed(self, sealed: bytes) -> None:
        with pytest.raises(SealBroken):
            Keys(MASTER).unseal(sealed, address_row("P"))


class TestKeys:
    def test_hide_themselves(self) -> None:
        """Neither repr, str nor the fingerprint holds the master key in any usual spelling."""
        keys = Keys(MASTER)
        shown = f"{keys!r} {keys} {keys.fingerprint}".lower()
        spellings = (
            MASTER.hex(),
            base64.b64encode(MASTER).decode(),
            base64.b32encode(MASTER).decode(),
            repr(MASTER),
        )
        assert not any(spelling[:8].lower() in shown for spelling in spellings)

    def test_cannot_be_pickled(self) -> None:
        with pytest.raises(TypeError):
            pickle.dumps(Keys(MASTER))

    def test_have_a_fingerprint_that_tells_them_apart(self) -> None:
        assert Keys(MASTER).fingerprint == Keys(MASTER).fingerprint != Keys(OTHER).fingerprint

    def test_refuse_a_short_master(self) -> None:
        with pytest.raises(SettingsError):
            Keys(b"short")

    def test_nobody_is_at_hand_after_an_erasure(self) -> None:
        keys = Keys(bytes(32))
        person = keys.person("telegram", "7")
        sealed = keys.seal("there", address_row(person))
        assert keys.address(person, sealed) == keys.address(person, sealed) == "there"
        keys.let_go()
        assert not keys._met
        assert not keys._answered_at
        assert keys.person("telegram", "7") == person

    def test_only_so_many_people_are_at_hand(self) -> None:
        keys = Keys(bytes(32))
        people = {keys.person("telegram", str(number)) for number in range(3000)}
        assert len(people) == 3000
        assert len(keys._met) <= 1024

    def test_random_ids_differ(self) -> None:
        assert len({Keys.random_id() for _ in range(100)}) == 100


class TestParsing:
    @pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
    @pytest.mark.parametrize("tail", ["", "\n", "  \r\n"])
    def test_reads_both_alphabets_and_forgives_white_space(self, encode: type, tail: str) -> None:
        key = b"\xfb\xff" * 16
        text = encode(key).decode()
        assert parse_key(text + tail) == parse_key(text.rstrip("=")) == key

    @pytest.mark.parametrize(
        "text", ["", "not base64!", "AAAA", "é" * 44, base64.b64encode(bytes(33)).decode()]
    )
    def test_explains_what_is_wrong(self, text: str) -> None:
        with pytest.raises(SettingsError) as caught:
            parse_key(text)
        assert "32 random bytes in base64" in caught.value.remedy
        assert not text or text not in str(caught.value)


class TestTheKeyFile:
    def test_is_made_once_for_its_owner_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "state" / "attune.key"
        key = read_or_make_keys(path)
        assert read_or_make_keys(path) == key
        assert path.stat().st_mode & 0o777 == 0o600
        assert [file.name for file in path.parent.iterdir()] == ["attune.key"]

    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
    def test_is_refused_when_others_can_read_it(self, tmp_path: Path, mode: int) -> None:
        path = tmp_path / "attune.key"
        read_or_make_keys(path)
        path.chmod(mode)
        with pytest.raises(SettingsError, match="chmod 600"):
            read_or_make_keys(path)

    @pytest.mark.parametrize("content", [b"", b"nonsense!", b"\xff\xfe"])
    def test_is_named_when_it_is_damaged(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "attune.key"
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(SettingsError, match=r"attune\.key"):
            read_or_make_keys(path)

    def test_is_explained_when_it_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(SettingsError, match="PRIVACY_KEY_FILE"):
            read_or_make_keys(tmp_path / "file" / "attune.key")

    def test_is_the_same_for_all_that_start_at_once(self, tmp_path: Path, root: Path) -> None:
        """Four processes that find no key end up with one and the same."""
        script = (
            "import sys; from pathlib import Path; from bot.privacy import Keys, read_or_make_keys;"
            "print(Keys(*read_or_make_keys(Path(sys.argv[1]))).fingerprint)"
        )
        command = [sys.executable, "-c", script, str(tmp_path / "attune.key")]
        environment = os.environ | {"PYTHONPATH": str(root)}
        started = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(4)
        ]
        assert len({process.communicate()[0] for process in started}) == 1
        assert all(process.returncode == 0 for process in started)
