"""Kidney tumour: the R.E.N.A.L. score from measurements."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import Choice, Quantity, YesNo, length
from seldinger.care.scores.model import Answer, Form, ScoreInputs

if TYPE_CHECKING:
    from collections.abc import Mapping


def _renal(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
    diameter, exophytic, nearness = (
        inputs.number(key) for key in ("diameter", "exophytic", "nearness")
    )
    r = 1 + (diameter > c["diameter_1_up_to"]) + (diameter >= c["diameter_3_from"])
    e = 1 + (exophytic < c["exophytic_1_from"]) + (exophytic == 0.0)
    n = 1 + (nearness < c["nearness_1_from"]) + (nearness <= c["nearness_3_up_to"])
    location = int(inputs.word("location"))
    face = inputs.word("face")[0] if inputs.word("face") != "neither" else "x"
    total = r + e + n + location
    band = "high complexity (10 to 12)"
    if total <= c["middle_group_up_to"]:
        low = total <= c["lowest_group_up_to"]
        band = "low complexity (4 to 6)" if low else "moderate complexity (7 to 9)"
    hilar = "h" if inputs.yes("hilar") else ""
    return Answer(
        float(total),
        band,
        (
            f"R {r}, E {e}, N {n}, A {face}, L {location}: written {total}{face}{hilar}",
            "A (the face) is a letter and adds nothing",
        ),
    )


RENAL = Form(
    name="renal",
    title="R.E.N.A.L.",
    about="How awkwardly a kidney tumour lies; R is scored by the largest diameter.",
    unit="{point}",
    inputs=(
        length("diameter", "Largest diameter", 300.0),
        Quantity(
            "exophytic", "Part outside the kidney's outline", "%", MappingProxyType({"%": 1.0}),
            0.0, 100.0,
        ),
        length("nearness", "Distance to the collecting system or sinus", 200.0),
        Choice("face", "Face (A)", ("anterior", "posterior", "neither")),
        Choice("location", "Location by the polar lines (L), points as read", ("1", "2", "3")),
        YesNo("hilar", "Touches the main renal artery or vein (h)"),
    ),
    prefix="scores.renal",
    judge=_renal,
)  # fmt: skip
FORMS = (RENAL,)
