"""Extraction: a clot comes out pass by pass, without a drug, as it did in its maker's register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from seldinger import catalogue, evidence
from seldinger.catalogue.venous import ClotRemover
from seldinger.core.errors import PlanError
from seldinger.core.finding import Finding
from seldinger.core.quantity import Quantity
from seldinger.core.record import read_assumptions
from seldinger.core.verdict import Severity, Status
from seldinger.physics.clot.passes import Grip, Removed, find_chance, fit_grip, spread_removed
from seldinger.plan.approach.endovascular.model import Delivery, VesselCase
from seldinger.plan.procedure import TreatmentLogic
from seldinger.plan.treatments.clot_removal import common, findings
from seldinger.plan.treatments.clot_removal.options import ClotOptions
from seldinger.plan.wording import cite
from seldinger.simulate.effect import Effect, Fields, Measure, Profile
from seldinger.simulate.placement import Phase

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seldinger.anatomy.vessels.clots import VeinClot
    from seldinger.core.record import Assumption
    from seldinger.plan.assumptions import Assumed
    from seldinger.plan.procedure import Decision, Search

KIND = "thrombectomy"
NEAR, COMPLETE, PASSES = (
    f"clot_removal.clout.{one}" for one in ("near_complete", "complete", "passes")
)
NEAR_SHARE = 0.75
"""Of the Marder score, as the register counts nearly all."""
_SHOWN = 8
_FITTED = (
    "Fitted to a population, not predicted for this patient. The register has no control group "
    "and is its maker's."
)
_AGES = (
    "What came out by the clot's age was counted there and not read: one grip stands for all ages, "
    "and a clot of unknown age is not told apart."
)
_BLOOD, _MINUTES = "clot_removal.clout.blood", "clot_removal.clout.minutes"
_LEFT = "clot_complete_left"
_ASSUMED = read_assumptions("seldinger.plan.treatments.clot_removal")


@dataclass(frozen=True, slots=True)
class Thrombectomy(TreatmentLogic[VesselCase]):
    """A catheter that cores a clot and takes it out."""

    approach: ClassVar[str] = "endovascular"
    section: ClassVar[str] = "clot_removal"
    options: ClassVar[type[Any] | None] = ClotOptions

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        """What counts as nothing left."""
        return (_ASSUMED[_LEFT],)

    def check_device(self, device: str) -> None:
        """Refuse what takes no clot out.

        Raises:
            PlanError: naming those that do.
        """
        common.check_device(device, ClotRemover)

    def decide(self, case: VesselCase, search: Search[VesselCase]) -> Decision:
        """The clot, the grip that fits the register, and the way.

        Raises:
            PlanError: the device takes no clot out, or what only lysis reads is told.
        """
        options = case.settings.get_options(ClotOptions)
        options.check_no_lysis()
        case.progress("the clot", 0.15)
        found = common.find_case_clot(case)
        reach = search(_list_deliveries(case.settings.device))
        device = catalogue.device(reach.instrument.device)
        if not isinstance(device, ClotRemover):
            raise PlanError(f"{device.id} takes no clot out")
        grip = fit_register(case.assumed)
        passes = options.passes or round(evidence.driving_value(PASSES))
        at = np.arange(1.0, _SHOWN + 1.0)
        middle = np.array([spread_removed(grip, n).p50 for n in at])
        removal = common.Removal(
            kind=KIND,
            technique="mechanical thrombectomy",
            clot=found,
            device=device,
            effect=_describe_effect(grip, passes, found),
            fields=Fields(profiles={"clot out by passes": Profile(at, middle, "%")}),
            findings=(
                *findings.list_findings(found, options, common.list_other_clots(case)),
                _judge_vein(found, device),
                _tell_age_gap(),
            ),
            settings={"passes": passes},
            programme=(Phase("pull", 0.0, (Quantity("passes", float(passes), "1"),)),),
            steps=common.list_extraction_steps(reach, found, passes),
        )
        return common.conclude(reach, removal)


def fit_register(assumed: Assumed) -> Grip:
    """The grip that gives what the register counted as nearly all and as all.

    Args:
        assumed: what counts as nothing left.
    """
    return fit_grip(
        Removed(
            passes=evidence.driving_value(PASSES), near=evidence.driving_value(NEAR),
            near_share=NEAR_SHARE, complete=evidence.driving_value(COMPLETE),
            left_share=assumed.get_value(_LEFT),
        )
    )  # fmt: skip


def _list_deliveries(device: str | None) -> tuple[Delivery, ...]:
    return tuple(
        Delivery(
            one.id, "mechanical thrombectomy", "catheter", one.sheath_french, one.usable_mm,
            one.outer_diameter_mm, one.wire_mm, f"through {one.sheath_french:g} F", exchanged=False,
        )
        for one in catalogue.devices(ClotRemover)
        if device in (None, one.id)
    )  # fmt: skip


def _describe_effect(grip: Grip, passes: int, found: VeinClot) -> Effect:
    return Effect(
        kind=KIND,
        criterion="share of the clot that is out",
        model="each pass takes a share of what is there; its grip over people is fitted to two "
        "counts of a maker's register",
        measures=tuple(_list_measures(grip, passes, found)),
        goal="removed",
        variance={"grip between people": 1.0},
        notes=(
            _FITTED,
            _AGES,
        ),
        outside_domain=(),
        tables=(findings.list_trials(),),
    )  # fmt: skip


def _list_measures(grip: Grip, passes: int, found: VeinClot) -> Iterator[Measure]:
    yield Measure("removed", f"clot out after {passes} passes", "%", spread_removed(grip, passes))
    yield Measure("near-complete", "people with 75 % out by then, by the fit", "%",
                  100.0 * find_chance(grip, passes, NEAR_SHARE), sources=cite(NEAR))  # fmt: skip
    yield Measure("one-pass", "clot out after the first pass", "%", spread_removed(grip, 1))
    yield Measure("blood", "blood lost in the register, median", "mL",
                  evidence.fact(_BLOOD).value, sources=cite(_BLOOD))  # fmt: skip
    yield Measure("minutes", "minutes of thrombectomy in the register, median", "min",
                  evidence.fact(_MINUTES).value, sources=cite(_MINUTES))  # fmt: skip
    yield Measure("clot-length", "length of the clot", "mm", found.length_mm)
    yield Measure("occluded", "lumen that the clot takes", "%",
                  None if found.occluded is None else 100.0 * found.occluded)  # fmt: skip


def _judge_vein(found: VeinClot, device: ClotRemover) -> Finding:
    widths = found.widths_mm
    if widths is None:
        text = "How wide the vein is, is unknown."
        return Finding("vein-width", Status.UNKNOWN, Severity.ACTION, text)
    low, high = widths
    fits = device.least_vein_mm <= low and high <= device.largest_vein_mm
    text = (
        f"Along the clot the vein is {low:.1f} to {high:.1f} mm wide; the catheter is for "
        f"{device.least_vein_mm:g} to {device.largest_vein_mm:g} mm (typical, to be confirmed on "
        "the device in hand)."
    )
    return Finding("vein-width", Status.MET if fits else Status.NOT_MET, Severity.ACTION, text)


def _tell_age_gap() -> Finding:
    key = "clot_removal.age.older"
    fact = evidence.fact(key)
    text = (
        f"{fact.statement} A clot that looks young by its symptoms may not yield; what came out by "
        "age was not read."
    )
    return Finding("age-undercalled", Status.MET, Severity.INFO, text, cite(key))
