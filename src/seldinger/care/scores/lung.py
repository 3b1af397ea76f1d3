"""Lung biopsy: what goes with more pneumothorax. A list, no model.

The odds ratios are crude: each was seen alone, and they overlap. They are listed, never
multiplied; there is no value and no band.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import YesNo, condition
from seldinger.care.scores.model import Answer, Form, ScoreInputs

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = {
    "bulla_crossed": "a bulla is crossed",
    "site_up": "the puncture site faces up",
    "fissure_crossed": "a fissure is crossed",
    "emphysema": "emphysema",
    "dependent_lateral": "prone or supine, not lying on the biopsied side",
    "pleural_passes": "more than one pleural puncture",
    "depth_over_30mm": "3 cm or more from the pleura",
    "lesion_under_40mm": "smaller than 4 cm",
    "noncoaxial_samples": "several samples without a coaxial needle",
    "no_pleural_contact": "no contact with the pleura",
    "needle_18g_or_thicker": "needle of 18 G or thicker",
}


def _pneumothorax(inputs: ScoreInputs, c: Mapping[str, float]) -> Answer:
    present = [
        f"{_NAMES[key]}: odds ratio {ratio:g}"
        for key, ratio in c.items()
        if inputs.has(key) and inputs.yes(key)
    ]
    unknown = tuple(key for key in c if not inputs.has(key))
    return Answer(
        notes=(
            *present,
            "crude odds ratios, each seen alone: listed, never multiplied; no probability follows",
        ),
        missing=unknown,
    )


PNEUMOTHORAX = Form(
    name="pneumothorax",
    title="Pneumothorax after lung biopsy: what goes with more of it",
    about="A list of crude odds ratios, no score and no probability.",
    unit="1",
    inputs=tuple(
        condition(key, name.capitalize(), "emphysema", optional=True)
        if key == "emphysema"
        else YesNo(key, f"{name[:1].upper()}{name[1:]}", optional=True)
        for key, name in _NAMES.items()
    ),
    prefix="lung_biopsy.odds",
    keys=tuple(_NAMES),
    judge=_pneumothorax,
    also=("lung_biopsy.pneumothorax",),
)
FORMS = (PNEUMOTHORAX,)
