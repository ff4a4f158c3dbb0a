"""Mistakes about the kinds of answers, each with the place where the check must see it."""

from tests.questionnaire.planted import MAIN, Planted


def _planted(claim: str, old: str, new: str, *said: str, elsewhere: tuple[str, ...] = ()) -> Planted:
    here = tuple(f"{MAIN}:{one}" for one in said)
    return Planted(claim, "every-kind", MAIN, old, new, (*elsewhere, *here))


PLANTED_ANSWERS = (
    _planted("no number within the limits", "min: 18, max: 120", "min: 180, max: 120", "38:3: empty-range"),
    _planted(
        "no day within the limits",
        "min: 1900-01-01, max: 2026-12-31",
        "min: 1900-01-01, max: 1899-12-31",
        "40:3: empty-range",
    ),
    _planted("at most fewer than at least", "    most: 2", "    most: 2\n    least: 3", "27:3: empty-range"),
    _planted(
        "a choice alone that isn't one", "exclusive: [nobody]", "exclusive: [none]", "36:17: unknown-choice"
    ),
    _planted(
        "a number with choices",
        "{kind: number, min: 18,",
        "{kind: number, choices: [], min: 18,",
        "38:25: unknown-key",
    ),
    _planted(
        "a kind that isn't one", "years: {kind: number,", "years: {kind: digits,", "38:17: unknown-value"
    ),
    _planted("a number that could be a code", "min: 18, max", "min: -97, max", "38:30: out-of-range"),
    _planted("words unasked for", "free_text: true\n", "free_text: false\n", "42:3: free-text"),
    _planted(
        "words that must be written",
        "answers: words, prefer",
        "answers: words, required: true, prefer",
        "55:71: free-text",
    ),
    _planted(
        "words that could name somebody, to be exported",
        "max_length: 200}\n\nitems:\n",
        "max_length: 200, exported: true}\n\nitems:\n"
        "  - {id: home, text: Where do you live?, answers: words, sensitivity: quasi}\n",
        "45:10: unreachable-item",
        "45:71: naming-words",
        elsewhere=("locales/ar.yaml:23:1: missing-translation",),
    ),
    _planted(
        "a column that is too long",
        "id: clinic_likely\n",
        "id: how_likely_are_you_to_tell_us\n",
        "47:9: long-column",
        "47:9: unreachable-item",
        "58:37: unknown-item",
        elsewhere=("locales/ar.yaml:23:1: missing-translation", "locales/ar.yaml:26:3: extra-translation"),
    ),
    _planted(
        "a scale of numbers",
        "forms:",
        "scales:\n  - {id: old, name: Old, items: [age]}\nforms:",
        "58:34: unscorable-item",
        elsewhere=("locales/ar.yaml:1:1: missing-translation",),
    ),
)
