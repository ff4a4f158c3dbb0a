"""The interview that every bot holds: the twelve questions and five choices of Health mindset, in English.

The peers word it as simply as their own examples do. Ours asks the same questions out of its own files.
"""

from typing import Final

CHOICES: Final = ("Not at all", "A little", "Somewhat", "Mostly", "Completely")
QUESTIONS: Final = (
    "I like to have a clear goal for my health.",
    "I make time for myself every day.",
    "I like a doctor to tell me clearly what to do.",
    "I live for today.",
    "One clear choice is easier for me than many.",
    "I go for check-ups even when I feel well.",
    "For me, a doctor's advice is one view among many.",
    "I take my health as it comes.",
    "I look after others before I look after myself.",
    "I want to know the reasons before I decide.",
    "Check-ups can wait while I feel well.",
    "I often think about my health in years to come.",
)


def question(number: int) -> str:
    """Return the text of a question, counted from 0."""
    return f"{number + 1} of {len(QUESTIONS)}\n\n{QUESTIONS[number]}\n\nHow well does this fit you?"


def buttons(number: int) -> list[tuple[str, str]]:
    """Return label and callback data of each choice of a question."""
    return [(label, f"{number}:{choice}") for choice, label in enumerate(CHOICES)]


def score(choices: list[int]) -> str:
    """Return the last page."""
    return f"Thank you. Your score is {sum(choices)}."
