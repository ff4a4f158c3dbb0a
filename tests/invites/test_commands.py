"""The hospital's commands, as an operator types them."""

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app

pytestmark = pytest.mark.slow  # each starts the program


@pytest.fixture
def attune(monkeypatch: pytest.MonkeyPatch, root: Path) -> "Attune":
    """The program, in an empty folder with a public address."""
    monkeypatch.setenv("PUBLIC_URL", "https://attune.example")
    monkeypatch.setenv("QUESTIONNAIRES", str(root / "questionnaires"))
    monkeypatch.setenv("ORGANISATIONS", str(root / "organisations"))
    return Attune()


class Attune:
    """Runs commands."""

    def __call__(self, *arguments: str) -> Result:
        """Run one."""
        return CliRunner().invoke(app, [*arguments])

    def made(self, *more: str) -> str:
        """Make an invite; return its code."""
        done = self("invite", "new", "--organisation", "example-hospital", "--campaign", "autumn", *more)
        assert done.exit_code == 0, done.output
        found = re.fullmatch(r"https://attune\.example/i/([A-Za-z0-9_-]{16})\n", done.stdout)
        assert found, done.stdout
        return found[1]


def test_an_invite_lives_from_new_to_close(attune: Attune) -> None:
    """Made, listed, shown and closed."""
    code = attune.made("--source", "facebook", "--expires", "2999-12-31", "--limit", "11", "--language", "es")
    (row,) = json.loads(attune("invite", "list", "--json").stdout)
    assert row["code"] == code
    assert (row["state"], row["begun"], row["limit"], row["source"]) == ("open", 0, 11, "facebook")
    assert row["expires_at"] == "3000-01-01T00:00:00+00:00"
    assert "facebook" in attune("invite", "show", code).stdout
    assert attune("invite", "close", code).exit_code == 0
    assert json.loads(attune("invite", "show", code, "--json").stdout)["state"] == "closed"


def test_pictures_snippet_and_poster_hold_the_link(attune: Attune, tmp_path: Path) -> None:
    """What is printed and embedded."""
    code = attune.made()
    assert attune("invite", "qr", code, "--out", "qr.png").exit_code == 0
    assert (tmp_path / "qr.png").read_bytes().startswith(b"\x89PNG")
    assert attune("invite", "qr", code, "--out", "qr.svg").exit_code == 0
    assert b"<svg" in (tmp_path / "qr.svg").read_bytes()
    snippet = attune("invite", "embed", code, "--frame").stdout
    assert f'<script src="https://attune.example/embed.js" data-invite="{code}"' in snippet
    assert "data-frame" in snippet
    assert f'<noscript><a href="https://attune.example/i/{code}"' in snippet
    assert attune("invite", "poster", code, "--out", "poster.html", "--language", "es").exit_code == 0
    poster = (tmp_path / "poster.html").read_text("utf-8")
    assert "¿Qué le mueve a cuidar su salud?" in poster
    assert f"attune.example/i/{code}" in poster
    assert re.findall(r'(?:src|href)="(.{14})', poster) == ["data:image/svg"]  # the logo, inside the file
    assert attune("invite", "poster", code, "--out", "poster.svg", "--language", "es").exit_code == 0
    drawn = ET.parse(tmp_path / "poster.svg").getroot()  # noqa: S314 - our own file
    said = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert said[:3] == ["Example Hospital", "¿Qué le mueve a", "cuidar su salud?"]
    assert said[-1] == f"attune.example/i/{code}"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--limit", "10"], 2, "11 or more"),
        (["--campaign", "<script>"], 2, "--campaign is letters"),
        (["--source", "=1+1"], 2, "--source is letters"),
        (["--organisation", "nobody"], 1, "no organisation nobody"),
        (["--questionnaire", "nothing"], 1, "no questionnaire nothing"),
        (["--language", "xx"], 1, "isn't spoken in xx"),
    ],
)
def test_a_mistake_is_one_sentence(attune: Attune, arguments: list[str], code: int, said: str) -> None:
    """Nothing is made."""
    given = ["--organisation", "example-hospital", "--campaign", "autumn", *arguments]
    done = attune("invite", "new", *given)
    assert done.exit_code == code
    assert said in done.stderr
    assert json.loads(attune("invite", "list", "--json").stdout) == []


def test_an_organisation_is_paused_and_resumed(attune: Attune) -> None:
    """The one switch."""
    assert attune("pause", "example-hospital").exit_code == 0
    assert attune("resume", "example-hospital").exit_code == 0
    assert attune("pause", "nobody").exit_code == 1
    assert attune("invite", "show", "A" * 16).exit_code == 1
