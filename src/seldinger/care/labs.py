"""Labs: what is measured in blood, in which units it may be told, and in which one it is kept.

A value is never guessed into a unit: a file names its unit, and an unknown one is refused. Factors
follow from molar masses and powers of ten.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.core.errors import CareError
from seldinger.core.naming import did_you_mean

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from seldinger.care.patient import Lab


@dataclass(frozen=True, slots=True)
class Analyte:
    """Something that is measured.

    Attributes:
        key: how files and rules name it.
        name: as it is printed.
        unit: UCUM, in which it is kept and in which rules speak.
        factors: of every unit that may be told -> what makes it ``unit``.
        low, high: values outside are no one's: a slip of unit or of the keyboard.
    """

    key: str
    name: str
    unit: str
    factors: Mapping[str, float]
    low: float
    high: float

    def convert(self, value: float, unit: str) -> float:
        """A value in the unit in which it is kept.

        Raises:
            CareError: the unit is not one of this analyte's, or the value is no one's.
        """
        unit = spell_unit(unit, self.factors)
        if unit not in self.factors:
            hint = did_you_mean(unit.lower(), self.factors)
            raise CareError(
                f"{self.name} is not told in {unit!r}; {hint}allowed: {', '.join(self.factors)}"
            )
        kept = value * self.factors[unit]
        if not self.low <= kept <= self.high:
            lowest, highest = (edge / self.factors[unit] for edge in (self.low, self.high))
            raise CareError(
                f"{self.name} of {value:g} {unit} is outside {lowest:g} to {highest:g} {unit}: "
                "check the value and its unit"
            )
        return kept


def _read_analytes() -> Mapping[str, Analyte]:
    """The analytes of the page, by key; factors in the order in which a message offers them."""
    analytes = {}
    for key, row in _PAGE["lab"].items():
        parts = {unit: 1.0 / many for unit, many in row.pop("parts", {}).items()}
        factors = {row["unit"]: 1.0, **row.pop("times", {}), **parts}
        analytes[key] = Analyte(key, factors=MappingProxyType(factors), **row)
    return MappingProxyType(analytes)


_PAGE = tomllib.loads((resources.files("seldinger.care") / "data" / "labs.toml").read_text("utf-8"))
ANALYTES = _read_analytes()
"""By key."""


def analyte(key: str) -> Analyte:
    """The analyte called that.

    Raises:
        CareError: there is none.
    """
    if key not in ANALYTES:
        hint = did_you_mean(key.lower(), ANALYTES)
        raise CareError(f"no lab is called {key!r}; {hint}there are: {', '.join(ANALYTES)}")
    return ANALYTES[key]


_CELLS = frozenset({"10*9/L", "10*3/uL", "/uL"})


def spell_unit(unit: str, allowed: Iterable[str] = ()) -> str:
    """A unit as UCUM spells it: "µmol/l" is umol/L, "10^9/L" is 10*9/L; no unit becomes another.

    Args:
        unit: as a laboratory prints it.
        allowed: units among which one is meant; case, "mc" for micro and marks for powers are
            taken as spelling where one of them fits.
    """
    plain = unit.strip().replace("µ", "u").replace("μ", "u").replace("^", "*")
    plain = plain.translate(_SUPERSCRIPTS)
    plain = re.sub(r"/(d?)l$", r"/\1L", plain)
    known = tuple(allowed)
    if plain in known or not known:
        return plain
    small = re.sub(r"\s+|×", lambda m: "x" if m[0] == "×" else "", plain).lower()
    small = re.sub(r"^mc(?=mol|g|l)", "u", small)
    cells = _PAGE["printed_cells"].get(small) if set(known) & _CELLS else None
    for candidate in (cells, _PAGE["printed"].get(small)):
        if candidate in known:
            return str(candidate)
    return next((one for one in known if one.lower() == small), plain)


_SUPERSCRIPTS = str.maketrans({"⁹": "*9", "³": "*3", "⁶": "*6", "²": "*2"})


def age_days(lab: Lab, now: dt.datetime) -> float | None:
    """How old a result is; None: nobody told when the blood was drawn.

    Args:
        lab: the result.
        now: aware.

    Raises:
        CareError: ``now`` has no zone, or the blood was drawn after it.
    """
    if now.utcoffset() is None:
        raise CareError("now has no zone: give it with its offset")
    if lab.taken is None:
        return None
    # By instants: two times of one zone would be taken from each other by the clock on the wall.
    old = (now.timestamp() - lab.taken.timestamp()) / 86400.0
    if old < 0:
        raise CareError(
            f"{analyte(lab.key).name} was drawn at {lab.taken.isoformat()}, after now "
            f"({now.isoformat()}): check the time of the result"
        )
    return old
