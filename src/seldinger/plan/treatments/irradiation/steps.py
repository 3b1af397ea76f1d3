"""Steps: from the puncture to the survey of what stayed behind, and what is done when it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.plan.model import Step

if TYPE_CHECKING:
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.irradiation.basis import Basis
    from seldinger.plan.treatments.irradiation.calendar import VialPlan
    from seldinger.plan.treatments.irradiation.prescribe import Prescribed

BAIL_OUT = (
    Step(
        "Spheres run back past the tip",
        "Stop; wait until flow is forward again; slower or in parts, or end there: what is left in "
        "the vial counts as residual.",
    ),
    Step(
        "Flow stops before all is given",
        "Stop; never push against stasis. Survey the vial: the plan holds for what was given.",
    ),
    Step(
        "An artery to the gut is filled",
        "Do not give spheres; occlude it or move the tip, and map again with albumin.",
    ),
    Step(
        "Spasm", "Wait; a vasodilator as ordered; look at the flow again before spheres are given."
    ),
    Step(
        "Spill",
        "Close the room; nobody and nothing leaves without a survey; call the radiation officer.",
    ),
)


def list_steps(
    best: Route | None, basis: Basis, prescribed: Prescribed, vials: VialPlan
) -> tuple[Step, ...]:
    """From the puncture to the survey.

    Args:
        best: the way in; None where none was found.
        basis: product and residual.
        prescribed: the activity.
        vials: that give it.
    """
    if best is None:
        return ()
    fits = {fit.role: fit for fit in best.devices}
    along = ", ".join(name for name in best.vessels if name)
    return (
        Step("Puncture", f"{best.title}, under ultrasound; sheath {fits['sheath'].text}."),
        Step("Map", f"Catheter along {along}. Angiogram; cone-beam CT with contrast from the tip: "
             "all of the tumour, nothing but liver."),
        Step("Protect", "Occlude what leads from beyond the tip to stomach, duodenum, gallbladder "
             "or skin, or place the tip beyond it."),
        Step("Place", f"Microcatheter at the planned tip; wire {fits['wire'].text}. The same place "
             "as when albumin was given."),
        Step("Check the vial", _vial_text(prescribed, vials)),
        Step("Give", "Slowly, with forward flow all the time; look in between; rinse."),
        Step("Survey", "Vial, tubing and catheter against the vial before: what stayed behind is "
             "taken off. Room and staff before anybody leaves."),
        Step("Close", "Remove everything as radioactive waste; close the artery; watch limb and "
             "pulse."),
        Step("Image", f"{_after(basis)} within a day: where the spheres are; compute the dose of "
             "that."),
    )  # fmt: skip


def _after(basis: Basis) -> str:
    return "SPECT or MR" if basis.product == "holmium" else "PET, or SPECT of bremsstrahlung"


def _vial_text(prescribed: Prescribed, vials: VialPlan) -> str:
    if prescribed.given_gbq is None:
        return "No activity is prescribed: none is given."
    aim = f"{prescribed.given_gbq:.2f} GBq are to be given"
    hit = vials.chosen
    if hit is None:
        return f"{aim}; no vial is chosen. Activity and instant of calibration by two people."
    when = hit.at.isoformat(timespec="minutes")
    return (
        f"{aim} at {when}: vial of {hit.vial.calibrated_gbq:g} GBq calibrated for "
        f"{hit.vial.calibrated.isoformat(timespec='minutes')}, then {hit.held_gbq:.2f} GBq. "
        "Product, activity and instant by two people; survey the vial before."
    )
