"""What a user may tell of a radioembolization: a section of a case, and its options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from seldinger.care.times import Moment
from seldinger.evidence.records import NotNegative, Positive, Text, describe, optional
from seldinger.plan.answers import among
from seldinger.plan.treatments.irradiation.activity import (
    check_activity,
    check_residual,
    check_shunt,
)
from seldinger.plan.treatments.irradiation.territory import Lungs
from seldinger.plan.treatments.irradiation.vials import check_instant


@dataclass(frozen=True, slots=True, kw_only=True)
class IrradiationOptions:
    """Radioembolization: what images do not show, and what is fixed by hand.

    Raises:
        PlanError: on construction, a share in per cent, an activity in MBq, lungs in grams, or a
            time without its offset.
    """

    territory: tuple[Text, ...] = optional(
        "labels of the perfused part; left out: what lies nearest to the arteries below the tip",
        default=(),
        metavar="LABEL",
    )
    injection: Text | None = optional("artery in which it is given", metavar="ARTERY")
    lung_shunt: NotNegative | None = optional(
        "lung shunt fraction, 0 to below 1, where SPECT does not show liver and lungs whole"
    )
    tumour_to_normal: Positive | None = optional(
        "concentration in tumour over that in normal perfused liver, where no SPECT tells it"
    )
    lung_mass_kg: Positive | None = optional("of both lungs, where the scan does not show them")
    earlier_lung_gy: NotNegative | None = optional(
        "lung dose of all earlier treatments; 0 where there was none"
    )
    session_lung_gy: NotNegative = optional(
        "lung dose of the other injections of this session", default=0.0
    )
    session_normal_gy: NotNegative | None = optional(
        "dose of the whole normal liver by other injections and earlier treatments"
    )
    bilirubin_mg_per_dl: Positive | None = optional("total bilirubin; left out: the patient's labs")
    height_cm: Positive | None = optional("for the body surface; left out: the patient's")
    weight_kg: Positive | None = optional("for the body surface; left out: the patient's")
    constants: Text | None = optional(
        "preset of the dose constant; left out: the one that the product is prescribed with",
        metavar="PRESET",
    )
    rule: Mapping[Text, float] = field(
        default_factory=dict,
        metadata=describe("dose in Gy at which a rule turns, by its id", metavar="RULE=GY"),
    )
    activity_gbq: Positive | None = optional("activity to give, fixed by hand")
    residual: NotNegative | None = optional("share of the vial that stays behind, 0 to below 1")
    treat_at: Moment | None = optional("when it is to be given, with its offset", metavar="TIME")
    calibrations: tuple[Moment, ...] = optional(
        "instant for which vials are calibrated, with its offset", default=(), metavar="TIME"
    )
    use_from_hours: float | None = optional(
        "first use of a vial, in hours after its calibration, as its label says"
    )
    use_until_hours: float | None = optional(
        "last use of a vial, in hours after its calibration, as its label says"
    )
    vial_sizes_gbq: tuple[Positive, ...] = optional(
        "activity of a vial at calibration; left out: what is on the shelf",
        default=(),
        metavar="GBQ",
    )
    vial_tolerance: Positive | None = optional(
        "share by which a vial may miss what is prescribed, either way"
    )

    def __post_init__(self) -> None:
        """Refuse what no patient could make right before an image is read."""
        if self.lung_shunt is not None:
            check_shunt(self.lung_shunt)
        if self.residual is not None:
            check_residual(self.residual)
        if self.activity_gbq is not None:
            check_activity(self.activity_gbq, "the activity to give")
        if self.lung_mass_kg is not None:
            Lungs(self.lung_mass_kg, measured=True)
        if self.treat_at is not None:
            check_instant(self.treat_at, "the treatment")
        for at in self.calibrations:
            check_instant(at, "the calibration")


@dataclass(frozen=True, slots=True)
class IrradiationAnswers:
    """What decides between products and rules; None: not told, which blocks."""

    product: str | None = among("glass", "resin", "holmium")
    intent: str | None = among("segmentectomy", "lobectomy", "unilobar", "bilobar")
    disease: str | None = among("hcc", "icc", "mcrc")
    compromised: str | None = among("yes", "no")
    spect_registered: str | None = among("yes", "no")
    shunt_by: str | None = among("planar", "spect-ct")
