"""Score and form: what a score says, and how one is asked for.

A form names its inputs, checks their domains and asks its judge only when nothing is missing: a
score is never worked out from a guess. It keeps its coefficients by the id of the fact that each
is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.core.errors import CareError
from seldinger.core.formatting import short_repr
from seldinger.core.naming import did_you_mean
from seldinger.evidence import MEMORY_STAMP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from seldinger.care.patient import Patient
    from seldinger.care.scores.inputs import Input, Value


@dataclass(frozen=True, slots=True)
class Score:
    """What a score says of one set of inputs.

    Attributes:
        name: of its form.
        value: None: unknown, or a score that is no number.
        unit: UCUM of ``value``.
        band: grade or group, in words; None: unknown, or not tabulated.
        inputs: what it was worked out from, key -> as told.
        fact_ids: evidence behind its numbers.
        stamp: ``finding.SECONDARY``, ``finding.MEMORY`` or empty.
        band_stamp: the same for ``band``, where its cuts are trusted less than the formula.
        notes: what the reader must know besides.
        missing: keys of inputs that would have to be known.
    """

    name: str
    value: float | None
    unit: str
    band: str | None
    inputs: Mapping[str, str]
    fact_ids: tuple[str, ...]
    stamp: str
    band_stamp: str
    notes: tuple[str, ...]
    missing: tuple[str, ...]

    __repr__ = short_repr

    @property
    def known(self) -> bool:
        """Whether it says anything."""
        return self.value is not None or self.band is not None

    @property
    def drives(self) -> bool:
        """Whether a rule may use ``value``: known, and not from memory."""
        return self.value is not None and self.stamp != MEMORY_STAMP

    @property
    def band_drives(self) -> bool:
        """Whether a rule may use ``band``."""
        return self.band is not None and MEMORY_STAMP not in {self.stamp, self.band_stamp}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a judge says: see ``Score``; ``stamp`` None leaves the form's."""

    value: float | None = None
    band: str | None = None
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    stamp: str | None = None


@dataclass(frozen=True, slots=True)
class ScoreInputs:
    """Checked inputs; those that a form does not need may be missing."""

    values: Mapping[str, Value]

    def has(self, key: str) -> bool:
        """Whether that input is known."""
        return key in self.values

    def number(self, key: str) -> float:
        """A quantity, in the unit of its input."""
        return float(self.values[key])

    def yes(self, key: str) -> bool:
        """A yes or no."""
        return self.values[key] is True

    def word(self, key: str) -> str:
        """A choice."""
        return str(self.values[key])


@dataclass(frozen=True, slots=True)
class Form:
    """A score that can be asked for.

    Attributes:
        name: how it is called, "meld-na".
        title: as it is printed.
        about: of whom and what for, one sentence.
        unit: UCUM of its value.
        inputs: in the order in which they are asked.
        prefix: of its facts.
        judge: works it out of its inputs and ``coefficients``.
        keys: of its facts; empty: all that begin with ``prefix`` and are not ``also``.
        band_facts: those of ``coefficients`` on which the band alone rests.
        beside: prefixes of other numbers that it works with.
        also: ids of other facts behind it.
        either: groups of inputs of which a patient's file gives the first that it has.
        off: why it says nothing unless the caller insists; empty: it is on.
    """

    name: str
    title: str
    about: str
    unit: str
    inputs: tuple[Input, ...]
    prefix: str
    judge: Callable[[ScoreInputs, Mapping[str, float]], Answer]
    keys: tuple[str, ...] = ()
    band_facts: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    either: tuple[tuple[str, ...], ...] = ()
    off: str = ""
    by_key: Mapping[str, Input] = field(init=False)

    __repr__ = short_repr

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", MappingProxyType({i.key: i for i in self.inputs}))

    @property
    def coefficients(self) -> Mapping[str, float]:
        """Number by the rest of its fact's id."""
        return read_coefficients(self.prefix, self.keys, self.also)

    @property
    def fact_ids(self) -> tuple[str, ...]:
        """Ids of the facts behind it."""
        beside = (f"{prefix}.{key}" for prefix in self.beside for key in read_coefficients(prefix))
        return (*self._ids(self.coefficients), *beside, *self.also)

    @property
    def stamp(self) -> str:
        """Of the least trusted fact behind its value; see ``Score``."""
        return evidence.stamp_of(
            self._ids(k for k in self.coefficients if k not in self.band_facts)
        )

    @property
    def band_stamp(self) -> str:
        """The same for the band, where that rests on facts of its own."""
        return evidence.stamp_of(self._ids(self.band_facts))

    def _ids(self, keys: Iterable[str]) -> list[str]:
        return [f"{self.prefix}.{key}" for key in keys]

    def score(
        self, values: Mapping[str, Value | None], texts: Mapping[str, str] | None = None
    ) -> Score:
        """The score of these inputs.

        Args:
            values: by key, quantities in the unit of their input; None or absent: not known.
            texts: as the user wrote them, for printing.

        Raises:
            CareError: an input that the form does not have, or a value outside its domain.
        """
        self._refuse_strangers(values)
        checked: dict[str, Value] = {}
        shown: dict[str, str] = {}
        for wanted in self.inputs:  # in their own order, so that the same inputs print the same
            value = values.get(wanted.key)
            if value is not None:
                checked[wanted.key] = wanted.checked(value)
                shown[wanted.key] = (texts or {}).get(wanted.key, wanted.shown(value))
        missing = tuple(i.key for i in self.inputs if i.key not in checked and not i.optional)
        answer = Answer(missing=missing)
        if not missing:
            answer = self.judge(ScoreInputs(checked), self.coefficients)
        return Score(
            name=self.name,
            value=answer.value,
            unit=self.unit,
            band=answer.band,
            inputs=MappingProxyType(shown),
            fact_ids=self.fact_ids,
            stamp=self.stamp if answer.stamp is None else answer.stamp,
            band_stamp=self.band_stamp,
            notes=answer.notes,
            missing=answer.missing,
        )

    def read(
        self,
        words: Mapping[str, str],
        patient: Patient | None = None,
        *,
        others_no: bool = False,
    ) -> Score:
        """The score of inputs as somebody wrote them, and of what a patient's file knows.

        Args:
            words: by key, "1.2 mg/dL", "yes", "unknown"; they go before the patient's.
            patient: whose labs and conditions fill the rest; their age is not judged here, and
                the time of each is printed.
            others_no: every yes or no that neither tells is no, because the caller says so.

        Raises:
            CareError: an input that the form does not have, or words that are not its.
        """
        self._refuse_strangers(words)
        values: dict[str, Value | None] = {}
        texts: dict[str, str] = {}
        for wanted in self.inputs if patient is not None else ():
            found = None if patient is None else wanted.look_up(patient)
            if found is not None:
                values[wanted.key], texts[wanted.key] = found
        for group in self.either:
            here = [key for key in group if key in values]
            for key in here if set(group) & set(words) else here[1:]:
                del values[key], texts[key]
        for key, word in words.items():
            values[key] = self.by_key[key].parsed(word)
            texts[key] = word.strip()
        if others_no:
            silent = {k for k, i in self.by_key.items() if i.yes_no} - set(values)
            values.update(dict.fromkeys(silent, False))
        return self.score(values, texts)

    def unasked(self) -> Score:
        """What a form that is off says: nothing, and why."""
        return Score(
            self.name, None, self.unit, None, MappingProxyType({}), self.fact_ids, self.stamp,
            self.band_stamp, (self.off,), (),
        )  # fmt: skip

    def _refuse_strangers(self, given: Mapping[str, object]) -> None:
        for key in given:
            if key not in self.by_key:
                hint = did_you_mean(key, self.by_key)
                raise CareError(
                    f"{self.title} has no input {key!r}; {hint}it asks for: "
                    f"{', '.join(self.by_key)}"
                )


@cache
def read_coefficients(
    prefix: str, keys: tuple[str, ...] = (), also: tuple[str, ...] = ()
) -> Mapping[str, float]:
    """The numbers of the facts whose ids begin with ``prefix``, by the rest of their ids.

    Args:
        prefix: without the full stop.
        keys: of those facts alone; empty: all.
        also: ids of facts that are no coefficients.
    """
    mine = [f for f in evidence.facts() if f.id.startswith(f"{prefix}.") and f.id not in also]
    numbers = {f.id.removeprefix(f"{prefix}."): f.value for f in mine if f.value is not None}
    return MappingProxyType({key: numbers[key] for key in keys or numbers})


def points(told: ScoreInputs, table: Mapping[str, float]) -> float:
    """The points of all that is answered with yes."""
    return sum(value for key, value in table.items() if told.yes(key))
