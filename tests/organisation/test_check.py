"""Every mistake in an organisation's file is told at its place; a good one is loaded."""

import shutil
import time
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.errors import AuthorError
from bot.organisation.check import check, contrast, read_source, two_defaults
from bot.organisation.codes import ORGANISATION
from bot.organisation.load import load, load_all
from tests.questionnaire.planting import ROOT, TODAY, places, replaced

SHIPPED = ROOT / "organisations" / "example-hospital"
MAIN = "organisation.yaml"
GOOD = """\
id: small-clinic
name: Small Clinic
default: true
languages: [en, es]
greeting: {en: Welcome., es: Bienvenida.}
sign_off: {en: Take care., es: Cuídese.}
colours: {background: "#1f4e79", text: "#ffffff"}
contact:
  phone: "+1 202-555-0142"
  hours: {en: Each day, es: Cada día}
privacy: {en: We see counts., es: Vemos cifras.}
emergency:
  - {number: "911", label: {en: Emergency, es: Emergencias}}
time_zone: America/New_York
links:
  walking:
    title: {en: Walk with us, es: Camine con nosotros}
    url: https://example.org/walk
    kind: read
tips_signed_off: {by: A test, on: 2026-01-01, until: 2027-01-01}
"""


class Planted(NamedTuple):
    """One mistake: what stands there, what it becomes, and what is said."""

    claim: str
    old: str
    new: str
    said: tuple[str, ...]


SIGN_OFF = ("20:54: sign-off-order", "20:54: overdue")
PLANTED = (
    Planted("another folder's id", "id: small-clinic", "id: large-clinic", ("1:5: folder-id",)),
    Planted("a language twice", "[en, es]", "[en, es, en]", ("4:21: language-twice",)),
    Planted("a text in one language only", ", es: Bienvenida.", "", ("5:1: missing-translation",)),
    Planted("a label in one language only", ", es: Emergencias", "", ("13:21: missing-translation",)),
    Planted("half a thank-you", "time_zone", "thanks: {en: Ah}\ntime_zone", ("14:1: missing-translation",)),
    Planted("a language not listed", "es: Cada día", "es: Cada día, fr: Ah", ("10:39: unlisted-language",)),
    Planted("a contrast that is too low", 'text: "#ffffff"', 'text: "#808080"', ("7:40: contrast",)),
    Planted("a colour by its name", '"#1f4e79"', "navy", ("7:23: wrong-form",)),
    Planted("a time zone of nowhere", "America/New_York", "America/Gotham", ("14:12: time-zone",)),
    Planted("a time zone that is a path", "America/New_York", "../../etc/passwd", ("14:12: time-zone",)),
    Planted("a logo that isn't there", "time_zone:", "logo: logo.svg\ntime_zone:", ("14:7: no-logo",)),
    Planted("a logo from elsewhere", "time_zone:", "logo: ../../etc/passwd\ntime_zone:", ("14:7: no-logo",)),
    Planted("a number without a digit", 'number: "911"', "number: help", ("13:14: emergency-number",)),
    Planted("a number that isn't quoted", 'number: "911"', "number: 911", ("13:14: wrong-type",)),
    Planted("no number at all", "  - {number:", "  [] # {number:", ("13:3: out-of-range",)),
    Planted("a sign-off that is over", "until: 2027-01-01", "until: 2026-11-23", ("20:54: overdue",)),
    Planted("a sign-off without a day", "until: 2027-01-01", "until: 2025-01-01", SIGN_OFF),
    Planted("a page that isn't https", "https://example.org", "http://example.org", ("18:10: wrong-form",)),
    Planted("a key spelt wrongly", "sign_off: {en", "signoff: {en", ("1:1: missing-key", "6:1: unknown-key")),
    Planted("HTML in a greeting", "en: Welcome.", "en: <b>Welcome</b>.", ("5:16: markup",)),
    Planted("a placeholder of its own", "en: Welcome.", "en: 'Welcome, {name}.'", ("5:16: placeholder",)),
    Planted("a label too long", "en: Walk with us", "en: " + "walk " * 13, ("17:17: long-label",)),
)  # fmt: skip


def written(folder: Path, text: str = GOOD) -> Path:
    """Write an organisation's folder."""
    folder.mkdir(parents=True)
    (folder / MAIN).write_text(text, "utf-8")
    return folder


def said(folder: Path, today: date = TODAY) -> tuple[str, ...]:
    """Return what the check says about an organisation, as `line:column: code`."""
    return tuple(
        place.removeprefix(f"{MAIN}:") for place in places(check(read_source(folder), today), folder)
    )


def test_the_shipped_organisation_is_clean() -> None:
    """What people get has no problem."""
    assert said(SHIPPED) == ()


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.claim)
def test_a_mistake_is_told_at_its_place(planted: Planted, tmp_path: Path) -> None:
    """Line, column and code, nothing else, and in no time."""
    folder = written(tmp_path / "small-clinic")
    assert said(folder) == ()
    replaced(folder / MAIN, planted.old, planted.new)
    began = time.process_time()
    assert sorted(said(folder)) == sorted(planted.said)
    assert time.process_time() - began < 1


def test_every_code_has_a_mistake_planted_for_it() -> None:
    """No check is there that no test has seen at work; two defaults are planted below."""
    seen = {place.rsplit(": ", 1)[1] for planted in PLANTED for place in planted.said}
    assert ORGANISATION.keys() - seen == {"two-defaults"}


def test_a_logo_by_a_link_out_of_the_folder_is_not_found(tmp_path: Path) -> None:
    """A folder can't give away a file of the machine as its logo."""
    folder = written(tmp_path / "small-clinic")
    (tmp_path / "secret").touch()
    (folder / "logo.svg").symlink_to(tmp_path / "secret")
    replaced(folder / MAIN, "time_zone:", "logo: logo.svg\ntime_zone:")
    assert said(folder) == ("14:7: no-logo",)


def test_two_defaults_are_one_too_many(tmp_path: Path) -> None:
    """The second is told, and the program doesn't start."""
    written(tmp_path / "small-clinic")
    second = written(tmp_path / "tiny-clinic", GOOD.replace("small-clinic", "tiny-clinic"))
    sources = [read_source(tmp_path / "small-clinic"), read_source(second)]
    assert places(two_defaults(sources), second) == [f"{MAIN}:3:10: two-defaults"]
    with pytest.raises(AuthorError, match="the default already"):
        load_all(tmp_path)


def test_the_contrast_is_the_one_of_wcag() -> None:
    """Black on white is 21; the grey that just passes on white is #767676."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_organisations_are_loaded_by_their_ids() -> None:
    """The words are in the language asked for, or in the main one."""
    organisation = load_all(SHIPPED.parent)["example-hospital"]
    assert organisation == load(SHIPPED)
    assert organisation.words(organisation.greeting, "es") == organisation.greeting["es"]
    assert organisation.words(organisation.greeting, "fr") == organisation.greeting["en"]


def test_a_broken_organisation_is_refused(tmp_path: Path) -> None:
    """With the place of what is wrong."""
    folder = written(tmp_path / "small-clinic", GOOD.replace("America/New_York", "America/Gotham"))
    with pytest.raises(AuthorError, match=r"organisation\.yaml:14:12: time-zone"):
        load(folder)


def test_what_only_ought_to_be_better_does_not_stop_the_program(tmp_path: Path) -> None:
    """A faint colour is the check's affair."""
    folder = written(tmp_path / "small-clinic", GOOD.replace("#ffffff", "#808080"))
    assert load(folder).colours.text == "#808080"


def test_a_shelf_without_organisations_is_refused(tmp_path: Path) -> None:
    """So is one that isn't there."""
    with pytest.raises(AuthorError, match="holds no organisation"):
        load_all(tmp_path)
    with pytest.raises(AuthorError, match="There is no folder"):
        load_all(tmp_path / "none")


def test_the_shipped_folder_can_be_copied_and_renamed(tmp_path: Path) -> None:
    """That is what its first line asks people to do."""
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "our-clinic"))
    replaced(folder / MAIN, "id: example-hospital", "id: our-clinic")
    assert said(folder) == ()
