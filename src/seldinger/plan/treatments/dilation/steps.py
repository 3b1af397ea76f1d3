"""Steps: what is done, in order, and what is done when it goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seldinger.plan.model import Step

if TYPE_CHECKING:
    from seldinger.plan.route import Route
    from seldinger.plan.treatments.dilation.offers import Offer
    from seldinger.plan.treatments.dilation.opening import Opening

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


def list_steps(offer: Offer, opened: Opening, best: Route | None) -> tuple[Step, ...]:
    """From the puncture to the closed artery.

    Args:
        offer: device and size.
        opened: pressure, where something is inflated.
        best: the way in; None where none was found.
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
        Step(
            "Cross the lesion",
            f"Wire ({fits['wire'].text}) along {along}; see its tip free beyond the lesion.",
        ),
        Step("Measure before", "Pressure on both sides of the lesion at rest, then dilated."),
        opening,
        Step("Measure after", "Angiogram of lesion and run-off; the gradient again."),
        Step("Close", "Remove wire and sheath; press or close the artery; watch limb and pulse."),
    )
