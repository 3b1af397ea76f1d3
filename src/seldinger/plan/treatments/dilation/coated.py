"""Coated: a drug-coated balloon; what it loses on the way, and what the wall keeps of its drug."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.catalogue.vascular import DrugCoatedBalloon
from seldinger.core.finding import Finding
from seldinger.core.verdict import Severity, Status
from seldinger.physics.structure.drug_coat import CoatForm, Transit
from seldinger.plan.treatments.dilation.treat import Dilation
from seldinger.simulate import drug
from seldinger.simulate.effect import Measure

if TYPE_CHECKING:
    from seldinger.core.record import Assumption
    from seldinger.plan.approach.endovascular.model import VesselCase
    from seldinger.plan.treatments.dilation.effect import FlowChange
    from seldinger.plan.treatments.dilation.offers import Offer
    from seldinger.plan.treatments.dilation.opening import Opening
    from seldinger.simulate.effect import Effect, Option

_MOST = "vascular_drug.dose.most"
_LOSSES = ("vascular_drug.loss.insertion", "vascular_drug.loss.bend")
_BEND_DEG = 90.0
_UG_PER_MG = 1000.0


@dataclass(frozen=True, slots=True)
class CoatedDilation(Dilation):
    """A balloon that brings a drug to the wall."""

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """Those of a plain balloon, and how coatings dissolve."""
        # Named: a dataclass with slots is made twice, and ``super()`` knows the first.
        return (*Dilation.assumptions.fget(self), *drug.ASSUMPTIONS)  # type: ignore[attr-defined]

    def describe(
        self,
        case: VesselCase,
        change: FlowChange,
        opened: Opening,
        offer: Offer,
        tried: tuple[Option, ...],
    ) -> tuple[Effect, tuple[Finding, ...]]:
        """Flow as of any balloon, and the drug.

        Args:
            case: with its target.
            change: flow before and after.
            opened: the lumen that is left.
            offer: device and size.
            tried: sizes that were considered.
        """
        effect, found = Dilation.describe(self, case, change, opened, offer, tried)
        device = offer.device
        if not isinstance(device, DrugCoatedBalloon):
            return effect, found
        hours = {
            CoatForm.CRYSTALLINE: case.assumed.get_value(drug.CRYSTALS_H.name),
            CoatForm.AMORPHOUS: case.assumed.get_value(drug.AMORPHOUS_H.name),
        }
        forms = tuple(CoatForm) if device.coating is None else (CoatForm(device.coating),)
        kept = tuple(drug.follow_coating(form, hours) for form in forms)
        most = evidence.fact(_MOST)
        dose = Measure(
            "drug-dose", f"{device.drug} on the balloon", "mg",
            device.dose_ug(offer.diameter_mm, offer.length_mm) / _UG_PER_MG,
            at_most=most.value, sources=(most.source,),
        )  # fmt: skip
        left = tuple(
            Measure(
                f"drug-{when}-{one.form}", f"{one.form}: left in the wall after {words}", "%", value
            )
            for one in kept
            for when, words, value in (
                ("day", "a day", one.day_percent), ("month", "28 days", one.month_percent),
            )
        )  # fmt: skip
        note = (
            "Drug in the wall in per cent of what it holds after an hour, fitted to one study of "
            "pigs; diffusion and binding are assumed. The coating decides, hardly the dose."
        )
        more = replace(
            effect, measures=(*effect.measures, dose, *left), notes=(*effect.notes, note)
        )
        return more, (*found, _tell_transit(offer, device))


def _tell_transit(offer: Offer, device: DrugCoatedBalloon) -> Finding:
    """What bends on the way cost."""
    insertion, bend = (evidence.fact(key) for key in _LOSSES)
    shares = [
        100.0 * Transit(0.01 * (insertion.value or 0.0), (0.01 * (bend.value or 0.0),) * n)
        .arriving_share
        for n in (0, 1, 2)
    ]  # fmt: skip
    coat = device.coating or "not told"
    text = (
        f"Coating {coat}; {device.dose_density_ug_per_mm2:g} ug/mm2 of {device.drug} on "
        f"{offer.length_mm:g} mm. Of it {shares[0]:.0f} % reach the lesion on a straight way, "
        f"{shares[1]:.0f} % over one bend, {shares[2]:.0f} % over two, by one bench study "
        f"({bend.trust}): advance it quickly, once, to a lesion that is already open."
    )
    sources = tuple(dict.fromkeys((insertion.source, bend.source)))
    return Finding("drug-transit", Status.MET, Severity.INFO, text, sources)
