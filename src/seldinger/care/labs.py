"""Labs: what is measured in blood, in which units it may be told, and in which one it is kept.

A value is never guessed into a unit: a file names its unit, and an unknown one is refused. Factors
follow from molar masses and powers of ten.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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


def _analyte(
    key: str, name: str, unit: str, low: float, high: float, **others: float
) -> tuple[str, Analyte]:
    factors = {unit: 1.0, **{_SPELLED.get(k, k): v for k, v in others.items()}}
    return key, Analyte(key, name, unit, MappingProxyType(factors), low, high)


_SPELLED = {
    "umol_per_l": "umol/L",
    "mmol_per_l": "mmol/L",
    "meq_per_l": "meq/L",
    "g_per_l": "g/L",
    "g_per_dl": "g/dL",
    "mg_per_l": "mg/L",
    "per_ul": "/uL",
    "thousand_per_ul": "10*3/uL",
    "ug_per_l": "ug/L",
    "ratio": "1",
}

ANALYTES: Mapping[str, Analyte] = MappingProxyType(
    dict(
        (
            _analyte("inr", "INR", "{INR}", 0.5, 20.0, ratio=1.0),
            _analyte(
                "platelets", "Platelets", "10*9/L", 0.0, 3000.0, thousand_per_ul=1.0, per_ul=1e-3
            ),
            _analyte(
                "haemoglobin", "Haemoglobin", "g/dL", 1.0, 25.0, g_per_l=0.1, mmol_per_l=1.6114
            ),
            _analyte("aptt", "aPTT", "s", 10.0, 300.0),
            _analyte("anti_xa", "Anti-factor Xa", "[IU]/mL", 0.0, 10.0),
            _analyte("fibrinogen", "Fibrinogen", "mg/dL", 0.0, 2000.0, g_per_l=100.0),
            _analyte("creatinine", "Creatinine", "mg/dL", 0.1, 30.0, umol_per_l=1.0 / 88.42),
            _analyte("egfr", "eGFR", "mL/min/{1.73_m2}", 1.0, 200.0),
            _analyte("bilirubin", "Bilirubin", "mg/dL", 0.05, 80.0, umol_per_l=1.0 / 17.104),
            _analyte("albumin", "Albumin", "g/dL", 0.5, 7.0, g_per_l=0.1),
            _analyte("sodium", "Sodium", "mmol/L", 90.0, 200.0, meq_per_l=1.0),
            _analyte("potassium", "Potassium", "mmol/L", 1.0, 12.0, meq_per_l=1.0),
            _analyte("afp", "Alpha-fetoprotein", "ng/mL", 0.0, 1.0e7, ug_per_l=1.0),
            _analyte(
                "white_cells",
                "White cells",
                "10*9/L",
                0.0,
                1000.0,
                thousand_per_ul=1.0,
                per_ul=1e-3,
            ),
            _analyte("crp", "C-reactive protein", "mg/L", 0.0, 1000.0),
            _analyte("glucose", "Glucose", "mg/dL", 5.0, 2000.0, mmol_per_l=18.016),
            _analyte("hcg", "hCG", "[IU]/L", 0.0, 1.0e6),
        )
    )
)
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


_PRINTED = {
    # Thousands and thousands of millions of cells, as laboratories print them.
    "g/l": "10*9/L", "gpt/l": "10*9/L", "giga/l": "10*9/L", "10e9/l": "10*9/L", "10*9/l": "10*9/L",
    "10^9/l": "10*9/L", "10**9/l": "10*9/L", "x10*9/l": "10*9/L", "x10e9/l": "10*9/L",
    "/nl": "10*9/L", "1/nl": "10*9/L", "10*3/ul": "10*3/uL", "10e3/ul": "10*3/uL",
    "x10*3/ul": "10*3/uL", "x10e3/ul": "10*3/uL", "10**3/ul": "10*3/uL", "k/ul": "10*3/uL",
    "k/cumm": "10*3/uL", "k/mm3": "10*3/uL", "k/mm*3": "10*3/uL", "tsd/ul": "10*3/uL",
    "tsd./ul": "10*3/uL", "thou/ul": "10*3/uL", "thousand/ul": "10*3/uL", "th/ul": "10*3/uL",
    "10*3/mm3": "10*3/uL", "10*3/mm*3": "10*3/uL", "x10*3/mm3": "10*3/uL",
    "10*3/mcl": "10*3/uL", "k/mcl": "10*3/uL", "cells/ul": "/uL", "1/ul": "/uL", "/mm3": "/uL",
    "/mm*3": "/uL", "cells/mm3": "/uL", "/cumm": "/uL", "/mcl": "/uL", "/cmm": "/uL",
}  # fmt: skip
"""Printed units of cell counts, without case, -> UCUM; "G/L" is no gram there."""
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
    for candidate in (_PRINTED.get(small) if set(known) & _CELLS else None, _SAME.get(small)):
        if candidate in known:
            return str(candidate)
    return next((one for one in known if one.lower() == small), plain)


_SUPERSCRIPTS = str.maketrans({"⁹": "*9", "³": "*3", "⁶": "*6", "²": "*2"})
_SAME = {
    "inr": "{INR}", "": "{INR}", "1": "{INR}", "ratio": "{INR}", "g%": "g/dL", "gm/dl": "g/dL",
    "mg%": "mg/dL", "sec": "s", "secs": "s", "seconds": "s", "sek": "s", "sek.": "s",
    "iu/ml": "[IU]/mL",
    "u/ml": "[IU]/mL", "ie/ml": "[IU]/mL", "iu/l": "[IU]/L", "u/l": "[IU]/L", "miu/ml": "[IU]/L",
    "mu/ml": "[IU]/L", "ie/l": "[IU]/L", "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73m*2": "mL/min/{1.73_m2}", "ml/min/1,73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73": "mL/min/{1.73_m2}", "ml/min/1.73sqm": "mL/min/{1.73_m2}",
    "ml/min": "mL/min/{1.73_m2}", "ml/min/{1.73_m2}": "mL/min/{1.73_m2}", "meq/l": "meq/L",
    "mval/l": "meq/L", "mcmol/l": "umol/L", "micromol/l": "umol/L", "mcg/l": "ug/L",
    "mikromol/l": "umol/L",
}  # fmt: skip
"""Other printed units, without case, -> UCUM, where it is one that is allowed."""


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
