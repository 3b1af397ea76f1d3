"""Headline: the answer, at most two short clauses, and how many more stand in the list below.

Shortened is only what says who decides about what; a last dose is never cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger.care.clearance.model import Answer
from seldinger.core.verdict import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seldinger.care.clearance.model import Clearance

_SHOWN = 2
_SHORTEST, _LONGEST = 15, 90
_JOINT = re.compile(r"(?:\.|[:;,])\s")
_LIMIT = re.compile(r" (?:at most|at least|below|above) [\d.]")
_BROKEN = ": not met"
_CLASS = re.compile("^if (low|high) risk: ", re.IGNORECASE)
_UNSURE = "To be confirmed: "
_DECIDES, _LAST = " decides: ", "not after "
_AGREES = re.compile(r" agrees to withhold (.+), last dose of \1 not after ")


@dataclass(frozen=True, slots=True)
class Headline:
    """The answer in short.

    Attributes:
        word: the answer.
        clauses: at most two.
        more: how many are left to the list.
        whole: whether the clauses are all there is to say.
    """

    word: str
    clauses: tuple[str, ...]
    more: int
    whole: bool

    @property
    def said(self) -> str:
        """The clauses in one line; empty: there are none."""
        rest = (f"and {self.more} more below",) if self.more else ()
        return "; ".join((*self.clauses, *rest))


def make_headline(clearance: Clearance) -> Headline:
    """The headline of a clearance: what must be kept, what is not met, or what is missing."""
    answer = clearance.answer
    if answer is Answer.NOT_CLEAR:
        conditions = [
            one.text for one in clearance.findings
            if one.status is Status.NOT_MET and one.severity is not Severity.INFO
        ]  # fmt: skip
    elif answer is Answer.UNKNOWN:
        conditions = list(clearance.missing)
    else:
        conditions = list(clearance.conditions)
    short = (
        tuple(conditions)
        if answer is Answer.UNKNOWN
        else tuple(dict.fromkeys(map(shorten, conditions)))
    )
    shown = short[:_SHOWN]
    return Headline(
        answer.words.upper(), shown, len(short) - len(shown), list(shown) == list(conditions)
    )


def headline_line(clearance: Clearance) -> str:
    """The headline in one line."""
    headline = make_headline(clearance)
    if not headline.clauses:
        return headline.word
    joint = {
        Answer.CLEAR: ", if ", Answer.CONDITIONAL: ": ready if ", Answer.UNKNOWN: ": not known: ",
    }.get(clearance.answer, ": ")  # fmt: skip
    return f"{headline.word}{joint}{headline.said}"


def shorten(text: str) -> str:
    """A condition or a finding in few words."""
    text = _CLASS.sub(r"at \1 risk ", text)
    if _LAST in text:
        return _AGREES.sub(r" agrees to withhold \1, last dose not after ", text)
    who, decides, what = text.partition(_DECIDES)
    if not decides or _JOINT.search(who.replace(", ", " ")):
        return _head(text.removeprefix(_UNSURE))
    return f"{who}{decides}{_head(what.removeprefix(_UNSURE))}"


def shorten_list(told: Sequence[str]) -> str:
    """Some sentences in few words: two of them, and how many more there are."""
    short = tuple(dict.fromkeys(map(shorten, told)))
    more = len(short) - _SHOWN
    return "; ".join((*short[:_SHOWN], *((f"and {more} more",) if more > 0 else ())))


def _head(text: str) -> str:
    """The first words that say something by themselves."""
    ends = [one.start() for one in _JOINT.finditer(text) if one.start() >= _SHORTEST]
    # A limit without the value beside it would read as if it were kept.
    if ends and _LIMIT.search(text[: ends[0]]) and not text[: ends[0]].endswith(_BROKEN):
        ends = ends[1:]
    if ends and text[: ends[0]].endswith(_BROKEN):
        ends = ends[1:]
    head = text[: ends[0]] if ends else text.rstrip(".")
    if len(head) <= _LONGEST:
        return head
    return f"{head[:_LONGEST].rpartition(' ')[0]} ..."
