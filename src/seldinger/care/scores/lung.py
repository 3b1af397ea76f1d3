"""Lung biopsy: what goes with more pneumothorax. A list, no model.

The odds ratios are crude: each was seen alone, and they overlap. They are listed, never
multiplied; there is no value and no band.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from seldinger.care.scores.inputs import YesNo, condition
from seldinger.care.scores.model import Answer, Form, ScoreInputs

if TYPE_CHECKING:
    from seldinger.care.scores.model import Score

PNEUMOTHORAX_COEFFICIENTS = MappingProxyType(
    {
        "bulla_crossed": 6.13,
        "site_up": 4.79,
        "fissure_crossed": 3.75,
        "emphysema": 3.33,
        "dependent_lateral": 3.15,
        "pleural_passes": 2.43,
        "depth_over_30mm": 2.38,
        "lesion_under_40mm": 2.09,
        "noncoaxial_samples": 1.99,
        "no_pleural_contact": 1.73,
        "needle_18g_or_thicker": 1.55,
    }
)
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


def _pneumothorax(inputs: ScoreInputs) -> Answer:
    present = [
        f"{_NAMES[key]}: odds ratio {ratio:g}"
        for key, ratio in PNEUMOTHORAX_COEFFICIENTS.items()
        if inputs.has(key) and inputs.yes(key)
    ]
    unknown = tuple(key for key in PNEUMOTHORAX_COEFFICIENTS if not inputs.has(key))
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
    coefficients=PNEUMOTHORAX_COEFFICIENTS,
    stamp="",
    judge=_pneumothorax,
    also=("lung_biopsy.pneumothorax",),
)
FORMS = (PNEUMOTHORAX,)


@dataclass(frozen=True, slots=True)
class PneumothoraxInputs:
    """What goes with more pneumothorax; None: not known."""

    bulla_crossed: bool | None = None
    site_up: bool | None = None
    fissure_crossed: bool | None = None
    emphysema: bool | None = None
    dependent_lateral: bool | None = None
    pleural_passes: bool | None = None
    depth_over_30mm: bool | None = None
    lesion_under_40mm: bool | None = None
    noncoaxial_samples: bool | None = None
    no_pleural_contact: bool | None = None
    needle_18g_or_thicker: bool | None = None


def pneumothorax(inputs: PneumothoraxInputs) -> Score:
    """The list of what is present; never a number."""
    return PNEUMOTHORAX.score(asdict(inputs))
