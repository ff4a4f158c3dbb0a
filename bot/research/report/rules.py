"""When a sample is too small to say anything: one rule for each kind of figure, stated on the page itself.

The thresholds are conventions, set before any data were looked at. Below them a cell is empty, a test isn't
made, and the page says so.
"""

LEAST = 30
"""People behind any share, mean or median; and in every group that is compared."""
RELIABILITY = 100
"""People with a complete scale behind alpha, omega and item-total correlations; and in each group for DIF."""
PREDICTION = 200
"""People behind an AUC."""
EACH_OUTCOME = 50
"""People with, and people without, what an AUC tells apart."""
WEEKS = 3
"""Weeks in which people began, behind a trend."""
EXPECTED = 5.0
"""The smallest count that a chi-squared test may expect in a cell (Cochran, 1954)."""
TAPS = 11
"""A smaller count of taps, but none at all, might be one person's and isn't shown."""
LEVEL = 0.05
"""How often a family of tests may find something where there is nothing, after Holm's correction."""

STATED = (
    f"A share, mean or median needs {LEAST} people; so does every group in a comparison.",
    (
        f"Alpha, omega and item-total correlations need {RELIABILITY} people with every item of the scale; "
        f"a test for item bias needs {RELIABILITY} in each group."
    ),
    f"An AUC needs {PREDICTION} people, {EACH_OUTCOME} of them with and {EACH_OUTCOME} without the outcome.",
    (
        f"A trend needs people in {WEEKS} weeks, {PREDICTION} in all, {EACH_OUTCOME} with and "
        f"{EACH_OUTCOME} without."
    ),
    f"A chi-squared test needs an expected count of {EXPECTED:g} in every cell.",
    f"Taps from 1 to {TAPS - 1} aren't shown, nor what would give them away.",
    "Where a rule isn't met, the cell says “too few” and nothing is concluded.",
)
"""The rule in words, as the page prints it."""

CAUTIONS = (
    (
        "Nothing here is a cause. People weren't put into segments or groups by chance, so a difference "
        "between them may come from something else."
    ),
    (
        "Many things are compared. Claim tests are corrected for their number (Holm); other figures are "
        "not, and one in twenty of their intervals misses."
    ),
    "All answers are self-reports.",
)
"""What stands on every page, whatever was found."""
