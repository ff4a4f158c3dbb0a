"""How hard a page is to read, by a formula of its language."""

import pytest

from bot.questionnaire.reading import english_syllables, grade, spanish_syllables, verdict

ENGLISH_EASY = "I like tea. " * 10
SPANISH_EASY = "Me gusta el té. " * 8
ENGLISH_MIDDLING = (
    "We keep your answers so that researchers can study them, and we never keep your name or your number. "
    "You can stop whenever you want to, and after that all of it is gone within a day."
)
SPANISH_MIDDLING = (
    "Guardamos sus respuestas para que las personas que investigan puedan estudiarlas, y nunca guardamos su "
    "nombre ni su número. Usted puede parar cuando quiera, y después eliminamos todas sus respuestas."
)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("tea", 1),
        ("people", 2),
        ("doctor", 2),
        ("needed", 2),
        ("every", 2),
        ("idea", 3),
        ("don't", 1),
        ("12", 1),
    ],
)
def test_syllables_of_english_words(word: str, count: int) -> None:
    """The kept list of words knows the irregular ones."""
    assert english_syllables(word) == count


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("té", 1),
        ("día", 2),
        ("muy", 1),
        ("ciudad", 2),
        ("quien", 1),
        ("guerra", 2),
        ("pingüino", 3),
        ("aéreo", 4),
        ("construido", 3),
        ("leer", 2),
        ("país", 2),
        ("yo", 1),
        ("también", 2),
        ("investigación", 5),
    ],
)
def test_syllables_of_spanish_words(word: str, count: int) -> None:
    """Strong vowels, and the weak ones that stand alone."""
    assert spanish_syllables(word) == count


def test_the_formulas_are_the_published_ones() -> None:
    """Worked by hand: 30 words, 10 sentences, 30 syllables; 32 words, 8 sentences, 40 syllables."""
    assert grade(ENGLISH_EASY, "en") == pytest.approx(0.39 * 3 + 11.8 - 15.59)
    assert grade(SPANISH_EASY, "es") == pytest.approx(206.835 - 62.3 * 40 / 32 - 4)


def test_easy_pages_are_fine() -> None:
    """Also in a region's variety of the language."""
    assert not verdict(ENGLISH_EASY, "en")
    assert not verdict(ENGLISH_EASY, "en-GB")
    assert not verdict(SPANISH_EASY, "es-MX")


@pytest.mark.parametrize(("text", "language"), [(ENGLISH_MIDDLING, "en"), (SPANISH_MIDDLING, "es")])
def test_a_consent_may_be_a_little_harder(text: str, language: str) -> None:
    """Between the two limits of a language only the consent passes."""
    assert verdict(text, language)
    assert not verdict(text, language, consent=True)


def test_a_short_text_is_not_judged() -> None:
    """A formula knows nothing about 29 words."""
    long_words = "Internationalisation notwithstanding, organisational responsibilities intensify. "
    assert grade(long_words * 5, "en") is None
    assert verdict(long_words * 6, "en")


def test_a_language_without_a_formula_is_not_judged() -> None:
    """Nothing is said rather than something wrong."""
    assert grade("Ich mag Tee. " * 20, "de") is None
    assert not verdict("Ich mag Tee. " * 20, "de")


def test_an_abbreviation_ends_no_sentence() -> None:
    """A page isn't easier because it says 8 a. m."""
    one = "We are here from 8 a. m. on, e.g. by phone, and you can call us, ask us, or come by "
    one += "and talk with us all day long"
    assert grade(f"{one}.", "en") == pytest.approx(grade(one, "en"))


def test_lines_and_bold_are_no_words() -> None:
    """A line end ends a sentence; stars count for nothing."""
    assert grade("**I** like tea\n" * 10, "en") == pytest.approx(grade(ENGLISH_EASY, "en"))
