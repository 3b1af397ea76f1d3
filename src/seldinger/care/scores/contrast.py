"""Contrast: the Mehran score of 2004, off unless somebody insists."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import AGE, Quantity, YesNo, condition, lab
from seldinger.care.scores.model import Answer, Form, ScoreInputs, points
from seldinger.core.errors import CareError
from seldinger.evidence import MEMORY_STAMP, SECONDARY_STAMP

if TYPE_CHECKING:
    from seldinger.care.scores.model import Score

MEHRAN_COEFFICIENTS = MappingProxyType(
    {
        "hypotension": 5.0,
        "balloon_pump": 5.0,
        "heart_failure": 5.0,
        "age_above": 75.0,
        "age": 4.0,
        "anaemia": 3.0,
        "diabetes": 3.0,
        "contrast_ml_per_point": 100.0,
        "creatinine_above": 1.5,
        "creatinine": 4.0,
        "egfr_2_from": 40.0,
        "egfr_2_up_to": 60.0,
        "egfr_2": 2.0,
        "egfr_4_from": 20.0,
        "egfr_4": 4.0,
        "egfr_6": 6.0,
        "nephropathy_1": 0.075,
        "nephropathy_2": 0.14,
        "nephropathy_3": 0.261,
        "nephropathy_4": 0.573,
        "dialysis_1": 0.0004,
        "dialysis_2": 0.0012,
        "dialysis_3": 0.0109,
        "dialysis_4": 0.126,
        "group_1_up_to": 5.0,
        "group_2_up_to": 10.0,
        "group_3_up_to": 15.0,
    }
)
_EDGES_IN_DOUBT = (5.0, 16.0)
"""Copies of the score put these into different groups."""

_OFF = (
    "off: made for coronary intervention; before other procedures scores of this kind told little "
    "(external C statistic 0.44 to 0.57); insist to see it"
)
_YES = ("hypotension", "balloon_pump", "heart_failure", "anaemia", "diabetes")


def _mehran(inputs: ScoreInputs) -> Answer:
    c = MEHRAN_COEFFICIENTS
    if inputs.has("creatinine") and inputs.has("egfr"):
        raise CareError("Mehran scores creatinine or eGFR, never both: give one, or one as unknown")
    if not inputs.has("creatinine") and not inputs.has("egfr"):
        return Answer(missing=("egfr",), notes=("creatinine will do instead of eGFR",))
    kidney = _kidney(inputs)
    if kidney is None:
        return Answer(notes=("an eGFR of 40 stands in two rows of the table: no value",))
    total = (
        points(inputs, {key: c[key] for key in _YES})
        + (c["age"] if inputs.number("age") > c["age_above"] else 0.0)
        + math.floor(inputs.number("contrast") / c["contrast_ml_per_point"])
        + kidney
    )
    notes = ("derived in coronary intervention; contrast counts by full 100 mL",)
    if total in _EDGES_IN_DOUBT:
        return Answer(total, None, (*notes, f"copies put {total:g} points into different groups"))
    edges = ("group_1_up_to", "group_2_up_to", "group_3_up_to")
    group = 1 + sum(total > c[edge] for edge in edges)
    band = (
        f"group {group} of 4: {100.0 * c[f'nephropathy_{group}']:.3g} % had contrast nephropathy, "
        f"{100.0 * c[f'dialysis_{group}']:.3g} % dialysis (derivation, horizon not told)"
    )
    return Answer(total, band, notes)


def _kidney(inputs: ScoreInputs) -> float | None:
    c = MEHRAN_COEFFICIENTS
    if not inputs.has("egfr"):
        return c["creatinine"] if inputs.number("creatinine") > c["creatinine_above"] else 0.0
    egfr = inputs.number("egfr")
    if egfr == c["egfr_2_from"]:
        return None
    if egfr > c["egfr_2_up_to"]:
        return 0.0
    if egfr > c["egfr_2_from"]:
        return c["egfr_2"]
    return c["egfr_4"] if egfr >= c["egfr_4_from"] else c["egfr_6"]


MEHRAN = Form(
    name="mehran",
    title="Mehran 2004",
    about="Contrast nephropathy after coronary intervention; off by default.",
    unit="{point}",
    inputs=(
        YesNo("hypotension", "Hypotension"),
        YesNo("balloon_pump", "Intra-aortic balloon pump"),
        condition("heart_failure", "Heart failure", "heart-failure"),
        AGE,
        YesNo("anaemia", "Anaemia"),
        condition("diabetes", "Diabetes", "diabetes"),
        Quantity("contrast", "Contrast", "mL", MappingProxyType({"mL": 1.0}), 0.0, 2000.0),
        lab("creatinine", "mg/dL", optional=True),
        lab("egfr", "mL/min/{1.73_m2}", optional=True),
    ),
    prefix="scores.mehran",
    coefficients=MEHRAN_COEFFICIENTS,
    stamp=SECONDARY_STAMP,
    judge=_mehran,
    band_stamp=MEMORY_STAMP,
    band_facts=("group_1_up_to", "group_2_up_to", "group_3_up_to"),
    also=("scores.mehran.external_c",),
    either=(("egfr", "creatinine"),),
    off=_OFF,
)
FORMS = (MEHRAN,)


@dataclass(frozen=True, slots=True)
class MehranInputs:
    """What the score asks; creatinine in mg/dL or eGFR in mL/min/1.73 m2, never both."""

    hypotension: bool | None = None
    balloon_pump: bool | None = None
    heart_failure: bool | None = None
    age: float | None = None
    anaemia: bool | None = None
    diabetes: bool | None = None
    contrast: float | None = None
    creatinine: float | None = None
    egfr: float | None = None


def mehran(inputs: MehranInputs, *, insist: bool = False) -> Score:
    """The Mehran score, or why it is off.

    Args:
        inputs: what it asks; contrast in mL.
        insist: work it out all the same.

    Raises:
        CareError: both creatinine and eGFR, or a value outside its domain.
    """
    return MEHRAN.score(asdict(inputs)) if insist else MEHRAN.unasked()
