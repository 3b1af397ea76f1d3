"""What both ways to remove a clot do alike: find it, conclude, and tell the steps around."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seldinger import catalogue, evidence
from seldinger.anatomy.vessels.clots import find_clot, list_clots, measure_stretch
from seldinger.core.errors import PlanError
from seldinger.plan.model import DeviceUse, Guidance, Step, Treatment
from seldinger.plan.procedure import Decision
from seldinger.plan.treatments.clot_removal.dose import FIBRINOGEN, STOP
from seldinger.simulate.placement import Placement

if TYPE_CHECKING:
    from seldinger.anatomy.vessels.clots import VeinClot
    from seldinger.catalogue.model import Device
    from seldinger.core.finding import Finding
    from seldinger.plan.approach.endovascular.model import VesselCase
    from seldinger.plan.procedure import Reach
    from seldinger.plan.treatments.clot_removal.dose import Dosing
    from seldinger.simulate.effect import Effect, Fields
    from seldinger.simulate.placement import Phase

BAIL_OUT = (
    Step("Bleeding, headache, or a change of mind or speech",
         "Stop the drug and heparin; image; transfuse and reverse as ordered; call for help."),
    Step("Breathless, or oxygen falls", "Embolism: stop; monitor; CT; the embolism team."),
    Step("The wire does not pass", "From above as well; else leave it: old clot does not yield."),
    Step("The vein is torn", "Balloon across it at low pressure; a covered stent; surgery."),
)  # fmt: skip


def check_device(device: str, kind: type[Device]) -> None:
    """Refuse a device of another kind.

    Args:
        device: catalogue id.
        kind: that is used.

    Raises:
        PlanError: naming those that are.
    """
    if not isinstance(catalogue.device(device), kind):
        fit = [one.id for one in catalogue.devices(kind)]
        raise PlanError(f"{device} is not used here; allowed: {', '.join(fit)}")


def find_case_clot(case: VesselCase) -> VeinClot:
    """The clot of a case: labelled, or a stretch of vein that somebody named.

    Args:
        case: with its target.
    """
    if case.target.label in list_clots(case.anatomy):
        return find_clot(case.anatomy, case.target.label)
    return measure_stretch(case.target)


def list_other_clots(case: VesselCase) -> tuple[str, ...]:
    """Labelled clots that are not what the case is about.

    Args:
        case: with its target.
    """
    return tuple(name for name in list_clots(case.anatomy) if name != case.target.label)


@dataclass(frozen=True, slots=True, eq=False)
class Removal:
    """What either treatment concludes.

    Attributes:
        kind: of the treatment.
        technique: in the field's word.
        clot: in its vein.
        device: that goes into the clot.
        effect, fields: what is expected.
        findings: what speaks for and against it.
        settings: what must be set.
        programme: of the device.
        steps: in order.
    """

    kind: str
    technique: str
    clot: VeinClot
    device: Device
    effect: Effect
    fields: Fields
    findings: tuple[Finding, ...]
    settings: dict[str, str | float | bool | None]
    programme: tuple[Phase, ...]
    steps: tuple[Step, ...]


def conclude(reach: Reach[VesselCase], removal: Removal) -> Decision:
    """The decision of either treatment.

    Args:
        reach: the ways.
        removal: what was concluded.
    """
    routes = reach.approach.routes
    best = next((route for route in routes if not route.violations), None)
    clot, device = removal.clot, removal.device
    placements: tuple[Placement, ...] = ()
    others: tuple[DeviceUse, ...] = ()
    if best is not None:
        points, number = best.points_lps_mm, routes.index(best)
        placements = (Placement("catheter", device.id, points, removal.programme, number),)
        others = tuple(
            DeviceUse(fit.device, catalogue.device(fit.device).name, fit.text)
            for fit in best.devices
            if fit.device and fit.device != device.id
        )
    use = DeviceUse(device.id, device.name, f"in the clot, {clot.length_mm:.0f} mm of it")
    where: dict[str, str | float | bool | None] = {
        "clot_mm": round(clot.length_mm, 1),
        "veins": ", ".join(clot.veins),
    }
    shown = "Veins are filled with contrast under X-ray; the puncture is made under ultrasound."
    return Decision(
        reach=reach,
        treatment=Treatment(
            kind=removal.kind,
            technique=removal.technique,
            devices=(use, *others),
            settings={**where, **removal.settings},
            steps=removal.steps,
            bail_out=BAIL_OUT,
        ),
        guidance=Guidance("fluoroscopy and ultrasound", shown, ()),
        findings=removal.findings,
        placements=placements,
        effect=removal.effect,
        fields=removal.fields,
    )


def list_lysis_steps(
    reach: Reach[VesselCase], clot: VeinClot, infused_mm: float, dosing: Dosing
) -> tuple[Step, ...]:
    """From the puncture to the visits after lysis.

    Args:
        reach: the ways.
        clot: in its vein.
        infused_mm: length of the side holes.
        dosing: as planned.
    """
    opening = _open(reach, clot)
    if not opening:
        return ()
    drug = "rt-PA as ordered; no dose is planned: weight and rate are unknown."
    if dosing.infusion is not None:
        one = dosing.infusion
        drug = (
            f"rt-PA {one.mg_per_h:.2f} mg/h, at most {one.hours:.0f} h, {one.total_mg:.0f} mg in "
            "all."
        )
    return (
        *opening,
        Step("Infuse", f"Side holes along {infused_mm:.0f} mm of the clot. {drug}"),
        Step("Watch", "Bleeding, mind and speech, fibrinogen and blood count as ordered. Stop at "
             f"fibrinogen of {_value(FIBRINOGEN)} g/L or less, at {_value(STOP)} % lysis with flow "
             "or at a serious complication."),
        Step("Venogram", "After a day or earlier: what is gone, and whether the vein is narrow "
             "under it."),
        *_close(),
    )  # fmt: skip


def list_extraction_steps(
    reach: Reach[VesselCase], clot: VeinClot, passes: int
) -> tuple[Step, ...]:
    """From the puncture to the visits after thrombectomy.

    Args:
        reach: the ways.
        clot: in its vein.
        passes: as planned.
    """
    opening = _open(reach, clot)
    if not opening:
        return ()
    return (
        *opening,
        Step("Pass", f"From beyond the clot back into the sheath, {passes} times or until nothing "
             "comes; keep what comes: its look tells its age."),
        Step("Venogram", "What is left, and whether the vein is narrow under it."),
        *_close(),
    )  # fmt: skip


def _open(reach: Reach[VesselCase], clot: VeinClot) -> tuple[Step, ...]:
    best = next((r for r in reach.approach.routes if not r.violations), None)
    if best is None:
        return ()
    fits = {fit.role: fit for fit in best.devices}
    along = ", ".join(name for name in best.vessels if name)
    return (
        Step("Puncture", f"{best.title}, under ultrasound; sheath {fits['sheath'].text}."),
        Step("Cross the clot", f"Wire ({fits['wire'].text}) along {along}; venogram on both "
             f"sides of the {clot.length_mm:.0f} mm of clot."),
    )  # fmt: skip


def _value(key: str) -> str:
    return f"{evidence.fact(key).value:g}"


def _close() -> tuple[Step, ...]:
    return (
        Step("Narrow vein", "Balloon and stent if the vein is narrow; who places it decides."),
        Step("Close", "Remove the sheath; press. Anticoagulation goes on as ordered, no gap."),
        Step("Visits", "Duplex and Villalta score; compression as ordered."),
    )
