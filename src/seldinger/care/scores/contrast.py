"""Contrast: the Mehran score of 2004, off unless somebody insists."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import AGE, Quantity, YesNo, condition, lab
from seldinger.care.scores.model import Answer, Form, ScoreInputs, points
from seldinger.core.errors import CareError

if TYPE_CHECKING:
    from collections.abc import Mapping

_EDGES_IN_DOUBT = (5.0, 16.0)
"""Copies of the score put these into different groups."""

_OFF = (
    "off: made for coronary intervention; before other procedures scores of this kind told little "
    "(external C statistic 0.44 to 0.57); insist to see it"
)
_YES = ("hypotension", "balloon_pump", "heart_failure", "anaemia", "diabetes")


def _mehran(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
    if inputs.has("creatinine") and inputs.has("egfr"):
        raise CareError("Mehran scores creatinine or eGFR, never both: give one, or one as unknown")
    if not inputs.has("creatinine") and not inputs.has("egfr"):
        return Answer(missing=("egfr",), notes=("creatinine will do instead of eGFR",))
    kidney = _kidney(inputs, c)
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


def _kidney(inputs: ScoreInputs, c: Mapping[str, float]) -> float | None:
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
    judge=_mehran,
    band_facts=("group_1_up_to", "group_2_up_to", "group_3_up_to"),
    also=("scores.mehran.external_c",),
    either=(("egfr", "creatinine"),),
    off=_OFF,
)
FORMS = (MEHRAN,)
