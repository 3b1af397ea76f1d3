"""Steps: what is done, in order, and what is done when it goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger import evidence
from seldinger.catalogue.vascular import DrugCoatedBalloon, SelfExpandingStent
from seldinger.plan.model import Step

if TYPE_CHECKING:
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.dilation.offers import Offer
    from seldinger.plan.treatments.dilation.opening import Opening

_FIRST_SMALLER = "vascular_devices.size.predilatation"
BAIL_OUT = (
    Step(
        "Rupture",
        "Inflate the balloon again across the leak at low pressure; call surgery; have a covered "
        "stent ready.",
    ),
    Step("Dissection that limits flow", "Long inflation at low pressure; then a stent."),
    Step("Clot beyond the lesion", "Aspirate; anticoagulation as ordered; look at the run-off."),
    Step("Pressure falls or pain stays", "Deflate; look for bleeding at lesion and puncture."),
)


def list_steps(
    offer: Offer, opened: Opening, best: Route | None, organ: str | None
) -> tuple[Step, ...]:
    """From the puncture to the closed artery.

    Args:
        offer: device and size.
        opened: pressure, where something is inflated.
        best: the way in; None where none was found.
        organ: territory of the vessel; None: unknown.
    """
    if best is None:
        return ()
    fits = {fit.role: fit for fit in best.devices}
    size = f"{offer.diameter_mm:g} x {offer.length_mm:g} mm {offer.delivery.technique}"
    along = ", ".join(name for name in best.vessels if name)
    opening = Step("Deploy", f"Open the {size} across the lesion.")
    if opened.pressure_atm is not None:
        opening = Step(
            "Inflate",
            f"{size} to {opened.pressure_atm:g} atm, slowly; never beyond its rated burst "
            "pressure. Deflate it whole before it is moved.",
        )
    return (
        Step("Puncture", f"{best.title}, under ultrasound; sheath {fits['sheath'].text}."),
        *_reach(organ),
        Step(
            "Cross the lesion",
            f"Wire ({fits['wire'].text}) along {along}; see its tip free beyond the lesion.",
        ),
        *_prepare(offer, organ),
        opening,
        *_control(organ),
        Step("Close", "Remove wire and sheath; press or close the artery; watch limb and pulse."),
    )


def _reach(organ: str | None) -> tuple[Step, ...]:
    """Before the lesion lies a branch that a short sheath does not lead into."""
    if organ not in ("kidney", "neck"):
        return ()
    text = "Guiding catheter or long sheath to before the lesion; it is not chosen here."
    if organ == "neck":
        text = f"{text} Embolic protection before anything else passes the lesion."
    return (Step("Reach the vessel", text),)


def _prepare(offer: Offer, organ: str | None) -> tuple[Step, ...]:
    steps = []
    if organ != "neck":
        text = "Pressure on both sides of the lesion at rest, then dilated."
        steps.append(Step("Measure before", text))
    if isinstance(offer.device, DrugCoatedBalloon):
        text = f"A plain balloon. {evidence.fact(_FIRST_SMALLER).statement}"
        steps.append(Step("Dilate first", text))
    if isinstance(offer.device, SelfExpandingStent):
        text = (
            "A plain balloon, no wider than the artery: the stent is reckoned in a dilated lesion."
        )
        steps.append(Step("Dilate first", text))
    return tuple(steps)


def _control(organ: str | None) -> tuple[Step, ...]:
    text = "Angiogram of lesion and run-off; the gradient again."
    if organ == "neck":
        text = "Angiogram of the lesion and of the head; speech, sight and strength."
    return (Step("Measure after", text),)


def list_bail_out(organ: str | None) -> tuple[Step, ...]:
    """What is done when it goes wrong.

    Args:
        organ: territory of the vessel; None: unknown.
    """
    if organ != "neck":
        return BAIL_OUT
    return (
        Step("Speech, sight or strength lost", "Angiogram of the head; call the stroke team."),
        Step("Slow pulse as the balloon opens", "Deflate; atropine as ordered."),
        *BAIL_OUT,
    )
