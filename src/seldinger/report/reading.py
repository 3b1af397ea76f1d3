"""Reading: how many years of school a text asks for, by two formulas."""

from __future__ import annotations

import re
import warnings

MOST_GRADE = 8.0
"""A sheet for patients asks for no more, by either formula."""
MOST_WORDS = 20
"""In one sentence."""


def grades(text: str) -> dict[str, float]:
    """School grade by formula, of English text; at least 0."""
    with warnings.catch_warnings():
        # The library looks for its dictionary in an old way, and leaves its file open.
        warnings.simplefilter("ignore")
        import textstat  # opened when the first sheet is made: it brings a dictionary along

        return {
            "Flesch-Kincaid": max(0.0, float(textstat.flesch_kincaid_grade(text))),
            "Gunning fog": max(0.0, float(textstat.gunning_fog(text))),
        }


def longest_sentence(text: str) -> int:
    """Words of the longest sentence."""
    return max((len(s.split()) for s in re.split(r"(?<=[.!?])\s+", text) if s), default=0)
