"""Mistakes in segment models and adaptive rules, each with the place where the check must see it."""

from tests.questionnaire.planted import MAIN, Planted

LATENT, GAUSSIAN, LINEAR = "latent-class", "gaussian", "linear"


def _planted(claim: str, folder: str, old: str, new: str, *said: str) -> Planted:
    return Planted(claim, folder, MAIN, old, new, tuple(f"{MAIN}:{one}" for one in said))


PLANTED_MODELS = (
    _planted(
        "a kind of model that nobody knows", LINEAR, "type: linear", "type: liner", "49:9: unknown-value"
    ),
    _planted("a model that says no kind", LINEAR, "  type: linear\n", "", "49:3: missing-key"),
    _planted("a key of another kind", LINEAR, "temperature: 0.8", "tails: 20", "50:3: unknown-key"),
    # ------------------------------------------------------------ forms of those who consent to more
    _planted(
        "a longer form that nobody knows",
        LINEAR,
        "segments:\n",
        "longer_form: lang\n\nsegments:\n",
        "43:14: unknown-form",
    ),
    _planted(
        "a longer form that leaves out what was asked",
        LINEAR,
        "  - {id: long, items: [plan, drift, list, ask, alone, share]}\n",
        "  - {id: long, items: [plan, drift, list, ask, share]}\nlonger_form: long\n",
        "42:14: longer-form",
    ),
    _planted(
        "a longer form that is asked already",
        LINEAR,
        "segments:\n",
        "longer_form: short\n\nsegments:\n",
        "43:14: longer-form",
    ),
    _planted(
        "a retest with a form that nobody knows",
        LINEAR,
        "segments:\n",
        "retest: {form: shirt}\n\nsegments:\n",
        "43:16: unknown-form",
    ),
    _planted(
        "a retest that ends before it begins",
        LINEAR,
        "segments:\n",
        "retest: {form: short, from_day: 20, to_day: 10}\n\nsegments:\n",
        "43:1: retest-days",
    ),
    # ------------------------------------------------------------ latent-class
    _planted(
        "choice probabilities that don't sum to 1",
        LATENT,
        "steady: [0.1, 0.1, 0.3, 0.5]",
        "steady: [0.1, 0.1, 0.3, 0.4]",
        "56:15: choice-probabilities",
    ),
    _planted(
        "a choice that nobody can take",
        LATENT,
        "steady: [0.1, 0.1, 0.3, 0.5]",
        "steady: [0.2, 0, 0.3, 0.5]",
        "56:21: choice-probabilities",
    ),
    _planted(
        "a probability too few",
        LATENT,
        "[0.1, 0.1, 0.3, 0.5]\n      social",
        "[0.5, 0.5]\n      social",
        "56:15: wrong-count",
    ),
    _planted(
        "a segment without choice probabilities",
        LATENT,
        "      social: [0.3, 0.3, 0.2, 0.2]\n      free: [0.6",
        "      free: [0.6",
        "55:5: missing-numbers",
    ),
    _planted(
        "choice probabilities of no segment",
        LATENT,
        "      free: [0.6, 0.2, 0.1, 0.1]\n",
        "      free: [0.6, 0.2, 0.1, 0.1]\n      fre: [0.6, 0.2, 0.1, 0.1]\n",
        "59:7: unknown-segment",
    ),
    _planted(
        "choice probabilities of no item",
        LATENT,
        "    drift:\n",
        "    drfit:\n",
        "41:19: unvalued-item",
        "59:5: unknown-item",
    ),
    _planted("shares of classes that sum to 1.1", LATENT, "free: 0.2}", "free: 0.3}", "52:3: shares"),
    _planted(
        "more answers asked for than an adaptive form has",
        LATENT,
        "damping: 1",
        "damping: 1\n  min_answered: 5",
        "54:17: min-answered",
    ),
    # ------------------------------------------------------------ gaussian and linear
    _planted(
        "an item that isn't there, in a joint normal",
        LINEAR,
        "  items: [plan, drift",
        "  items: [plann, drift",
        "51:11: unknown-item",
    ),
    _planted(
        "an item twice in a joint normal",
        LINEAR,
        "  items: [plan, drift",
        "  items: [drift, drift",
        "51:18: repeated-item",
    ),
    _planted(
        "a mean too few",
        LINEAR,
        "mean: [2.5, 2.4, 2.6, 2.5, 2.3, 2.7]",
        "mean: [2.5, 2.4, 2.6, 2.5, 2.3]",
        "52:3: wrong-count",
    ),
    _planted(
        "a covariance without its last row",
        LINEAR,
        "    - [0.1, 0.1, 0.2, 0.5, 0.4, 1.1]\n",
        "",
        "53:3: wrong-count",
    ),
    _planted(
        "a row of the covariance that is too long",
        LINEAR,
        "    - [0.5, 1.1]",
        "    - [0.5, 1.1, 0.4]",
        "55:7: wrong-count",
    ),
    _planted(
        "a covariance that isn't one", LINEAR, "    - [0.5, 1.1]", "    - [1.5, 1.1]", "55:7: covariance"
    ),
    _planted("a variance of nothing", LINEAR, "    - [1.0]\n", "    - [0.0]\n", "54:7: covariance"),
    _planted(
        "a weight too few",
        LINEAR,
        "weights: [1, 1, 1, -0.2, -0.1, 0]",
        "weights: [1, 1, 1]",
        "61:29: wrong-count",
    ),
    _planted(
        "a segment without a rule",
        LINEAR,
        "    free: {intercept: 5, weights: [-0.6, -0.7, -0.5, -0.6, -0.8, -0.4]}",
        "    fred: {intercept: 5, weights: [-0.6, -0.7, -0.5, -0.6, -0.8, -0.4]}",
        "60:3: missing-numbers",
        "63:5: unknown-segment",
    ),
    _planted("points too few", GAUSSIAN, "points: 256", "points: 8", "55:11: out-of-range"),
    # ------------------------------------------------------------ forms
    _planted(
        "a form that isn't there",
        GAUSSIAN,
        "asked: [quick, short]",
        "asked: [quick, shorter]",
        "46:16: unknown-form",
    ),
    _planted(
        "a form drawn twice",
        GAUSSIAN,
        "asked: [quick, short]",
        "asked: [quick, quick]",
        "46:16: duplicate-id",
    ),
    _planted(
        "an adaptive form without a rule",
        GAUSSIAN,
        "    adaptive: {min: 2, max: 5, stop_at: 0.8}\n",
        "",
        "42:12: adaptive-rule",
    ),
    _planted(
        "a minimum above the maximum", GAUSSIAN, "{min: 2, max: 5", "{min: 6, max: 5", "43:21: adaptive-rule"
    ),
    _planted("more questions than items", GAUSSIAN, "max: 5", "max: 7", "43:29: adaptive-rule"),
    _planted(
        "a threshold that is always reached", GAUSSIAN, "stop_at: 0.8", "stop_at: 0.33", "43:41: stop-range"
    ),
    _planted(
        "a threshold that is never reached", LATENT, "[0.9, 0.8, 0.7]", "[1.0, 0.8, 0.7]", "43:57: stop-range"
    ),
    _planted("a threshold too many", LATENT, "[0.9, 0.8, 0.7]", "[0.9, 0.8, 0.7, 0.6]", "43:47: wrong-count"),
    _planted(
        "an item first that isn't in the form",
        LATENT,
        "first: [plan]",
        "first: [plann]",
        "43:24: unknown-item",
    ),
    _planted("an item first twice", LATENT, "first: [plan]", "first: [plan, plan]", "43:30: repeated-item"),
    _planted(
        "more first items than are asked",
        LATENT,
        "first: [plan], min: 2, max: 4, stop_at: [0.9, 0.8, 0.7]",
        "first: [plan, ask, list], min: 2, max: 2, stop_at: 0.9",
        "43:23: adaptive-rule",
    ),
    _planted(
        "an adaptive form without a model",
        "tiny",
        "  - {id: short, items: [tea, coffee]}",
        "  - {id: short, items: [tea, coffee], order: adaptive, adaptive: {min: 1, max: 2, stop_at: 0.8}}",
        "32:46: adaptive-rule",
    ),
)
